/* What is asked of a model on a server, one check a question. */
import { isOutputForm } from '../../codegen/architecture/output-names.ts';
import type { InputForm } from '../../codegen/passes/adapt-input.ts';
import type { Verdict } from '../../engines/compare.ts';
import type { Tensor, Tensors } from '../../engines/engine.ts';
import { topIndices } from '../../engines/ranking.ts';
import { sliceBatch } from '../../engines/tensor-batch.ts';
import { numbersOf } from '../../engines/tensor-values.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';
import { createInputPacker } from '../images/input-forms.ts';
import { namedPictures } from '../images/pictures.ts';
import { preparePixels } from '../images/preprocess.ts';
import type { Refusal } from '../server/answers.ts';
import { type ServedFacts, type ServedTensor, tensorText } from '../server/metadata.ts';
import { isRefusal, type ServedModel } from '../server/served-model.ts';
import {
  judgeAnswer,
  type Question,
  type RunImages,
  repeatQuestion,
  takeImages,
} from './question.ts';
import type { ServedExpectation } from './served-expectation.ts';
import { verdictDiagnostics } from './verdict-diagnostics.ts';

/** One thing that was asked, and what came. */
export interface ServedCheck {
  /** `batch 8` */
  readonly what: string;
  readonly ok: boolean;
  /** For people, in a sentence or less. */
  readonly detail: string;
  /** Of an answer. */
  readonly verdict?: Verdict;
  readonly diagnostics: readonly Diagnostic[];
}

/** A model on a server, what it should be, and what it is asked. */
export interface ServedSubject {
  readonly facts: ServedFacts;
  readonly served: ServedModel;
  readonly expectation: ServedExpectation;
  readonly signal?: AbortSignal | undefined;
}

const passed = (what: string, detail: string): ServedCheck => ({
  what,
  ok: true,
  detail,
  diagnostics: [],
});

const failed = (what: string, diagnostics: readonly Diagnostic[]): ServedCheck => ({
  what,
  ok: false,
  detail: 'FAILED',
  diagnostics,
});

/** The batch may be any where a model takes any, for a server may fix it. */
function isSameTensor(expected: ServedTensor, found: ServedTensor): boolean {
  const [anyBatch] = expected.shape;
  const shape = anyBatch === -1 ? [-1, ...found.shape.slice(1)] : found.shape;
  return tensorText(expected) === tensorText({ ...found, shape });
}

/** Forms of input by type and, for pixels in rows, by their samples. */
const inputForms: readonly (readonly [form: InputForm, datatype: string, samples?: number])[] = [
  ['float32', 'FP32'],
  ['float16', 'FP16'],
  ['float32-pixels', 'FP32'],
  ['uint8-nhwc', 'UINT8', 1],
  ['uint8-nhwc', 'UINT8', 3],
  ['rgba-uint8', 'UINT8', 4],
];

/** The forms that a picture of a server's type and shape may be of. */
function formsLike(tensor: ServedTensor | undefined): readonly InputForm[] {
  if (tensor?.shape.length !== 4) return [];
  return inputForms
    .filter(
      ([, type, samples]) =>
        type === tensor.datatype && [undefined, tensor.shape[3]].includes(samples),
    )
    .map(([form]) => form);
}

function compareTensors(
  kind: 'input' | 'output',
  expected: readonly ServedTensor[],
  found: readonly ServedTensor[],
  model: string,
): readonly Diagnostic[] {
  const fits =
    expected.length === found.length &&
    expected.every((tensor, i) => isSameTensor(tensor, found[i] as ServedTensor));
  if (fits) return [];
  const tell = (tensors: readonly ServedTensor[]): string =>
    tensors.map(tensorText).join(', ') || 'nothing';
  const forms = kind === 'input' ? formsLike(found[0]) : [];
  const told = { model, kind, expected: tell(expected), found: tell(found), forms };
  return [createDiagnostic('server-tensor-differs', told)];
}

/** Names, types and shapes of the metadata. */
export function checkTensors(
  { inputs, outputs, model }: ServedFacts,
  expectation: Pick<ServedExpectation, 'inputs' | 'outputs'>,
): ServedCheck {
  const differences = [
    ...compareTensors('input', expectation.inputs, inputs, model),
    ...compareTensors('output', expectation.outputs, outputs, model),
  ];
  if (differences.length > 0) return failed('tensors', differences);
  return passed('tensors', [...inputs, ...outputs].map(tensorText).join(', '));
}

/** Runs the model; gives the refusal where the server refuses. */
async function tryRun(
  { served, facts, signal }: ServedSubject,
  tensor: Tensor,
): Promise<Tensors | Refusal> {
  const [input] = facts.inputs;
  if (!input) throw new Error('a network has an input');
  return await served.attempt({ [input.name]: tensor }, signal);
}

/** Ends a judgement that the server refused to have. */
class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.reason);
    this.refusal = refusal;
  }
}

/** The verdict on batches of one size, or the server's refusal of one. */
async function judgeBatch(
  subject: ServedSubject,
  question: Question,
  batch: number,
): Promise<Verdict | Refusal> {
  const { precision } = subject.expectation;
  const run: RunImages = async (tensor) => {
    const answer = await tryRun(subject, tensor);
    if (isRefusal(answer)) throw new Refused(answer);
    return answer;
  };
  try {
    return await judgeAnswer(question, run, { precision, batch });
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
}

/** The logits of so many pictures at once, judged as any engine's. */
export async function checkBatch(
  subject: ServedSubject,
  asked: Question,
  batch: number,
  what = `batch ${batch}`,
): Promise<ServedCheck> {
  const { model } = subject.facts;
  const { against } = asked;
  const verdict = await judgeBatch(subject, repeatQuestion(asked, batch), batch);
  if (isRefusal(verdict)) {
    const { reason } = verdict;
    return failed(what, [createDiagnostic('server-batch-refused', { model, batch, reason })]);
  }
  const { ok, reason } = verdict;
  const detail = `${ok ? 'passed' : 'FAILED'} against ${against}. ${reason}`;
  return { what, ok, detail, verdict, diagnostics: verdictDiagnostics(model, against, verdict) };
}

/** More than a server takes at once, which it must refuse. */
export async function checkTooMany(
  subject: ServedSubject,
  { engine }: Question,
  largest: number,
): Promise<ServedCheck> {
  const batch = largest + 1;
  const what = `batch ${batch}`;
  const answer = await tryRun(subject, takeImages(engine, batch));
  if (isRefusal(answer)) return passed(what, `refused, as it must be: ${answer.reason}`);
  const { model } = subject.facts;
  return failed(what, [createDiagnostic('server-batch-accepted', { model, batch, largest })]);
}

/** The first class that a picture's entries do not hold once each; undefined where they do. */
function missingClass(
  classes: readonly { readonly class: number }[],
  pictures: number,
  count: number,
): number | undefined {
  for (let picture = 0; picture < pictures; picture++) {
    const entries = classes.slice(picture * count, (picture + 1) * count);
    const found = new Set(entries.map((entry) => entry.class));
    for (let index = 0; index < count; index++) if (!found.has(index)) return index;
  }
  return undefined;
}

/** Why the classes of some pictures are not those that they should be; undefined where they are. */
function labelProblem(
  { shape, classes }: Awaited<ReturnType<ServedModel['classify']>>,
  pictures: number,
  labels: readonly string[],
): string | undefined {
  const wanted = pictures * labels.length;
  if (classes.length !== wanted) {
    return `${pictures} pictures of ${labels.length} classes have ${wanted} entries, the answer has ${classes.length} ([${shape.join(', ')}])`;
  }
  const wrong = classes.find(({ class: index, label }) => label !== labels[index]);
  if (!wrong) {
    const missing = missingClass(classes, pictures, labels.length);
    if (missing === undefined) return undefined;
    return `class ${missing} is not among the ${labels.length} that it lists of a picture`;
  }
  const found = wrong.label === undefined ? 'no label' : `the label '${wrong.label}'`;
  const expected = labels[wrong.class];
  return `class ${wrong.class} has ${found}${expected === undefined ? `, and there are ${labels.length} classes` : `; it is '${expected}'`}`;
}

/** Every label of the server beside the artifact's, by its own classification. */
export async function checkLabels(
  { facts, served, expectation, signal }: ServedSubject,
  { engine }: Question,
  batch: number,
): Promise<ServedCheck | undefined> {
  const { labels } = expectation;
  if (!labels) return undefined;
  const { model, server } = facts;
  const what = 'labels';
  if (!server.extensions.includes('classification')) {
    return passed(what, `not compared: ${server.name} has no extension 'classification'`);
  }
  const pictures = takeImages(engine, batch);
  const inputs = { [facts.inputs[0]?.name ?? '']: pictures };
  const answer = await served.classify(inputs, labels.length, signal);
  if (facts.maxBatch === 0 && answer.classes.every(({ label }) => label === undefined)) {
    return passed(what, 'not offered: a server that makes no batches takes all rows for one');
  }
  const reason = labelProblem(answer, batch, labels);
  if (reason !== undefined) {
    return failed(what, [createDiagnostic('server-labels-differ', { model, reason })]);
  }
  return passed(what, `${labels.length} of ${labels.length} as they should be`);
}

/** A picture as the network was trained on it, float32 [1, C, H, W]. */
async function readPicture(path: string, { rules, precision }: ServedExpectation): Promise<Tensor> {
  const { channels, height, width } = rules.input;
  const type = { dataType: 'float32', shape: ['N', channels, height, width] } as const;
  const packer = createInputPacker(
    { name: 'input', type },
    { inputForm: 'float32', picture: rules.input, preprocess: rules.preprocess, precision },
  );
  for await (const { decode, name } of namedPictures([path])) {
    return packer.pack([preparePixels(await decode(), rules, name)]);
  }
  throw new Error('a path stands for one picture at least');
}

/** A picture, prepared here, judged as any input; and what class the server finds in it. */
export async function checkPicture(
  subject: ServedSubject,
  path: string,
  batch: number,
): Promise<ServedCheck> {
  const { expectation } = subject;
  const input = await readPicture(path, expectation);
  const question = await expectation.askAbout(input, `the picture ${path}`);
  const check = await checkBatch(subject, question, batch, 'picture');
  if (!check.ok) return check;
  const told = question.answers.find(({ kind }) => isOutputForm(kind));
  if (!told) return check;
  const [top = 0] = topIndices(numbersOf(sliceBatch(told.expected, 0, 1)), 1);
  const label = expectation.labels?.[top];
  const name = label === undefined ? `class ${top}` : `class ${top}, '${label}'`;
  return { ...check, detail: `${name}; ${check.detail}` };
}

/** Bytes of one picture of an input. */
export function pictureBytes({ engine }: Question): number {
  return engine.bytes.byteLength / (engine.shape[0] ?? 1);
}
