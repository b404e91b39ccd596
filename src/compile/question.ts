import {
  isOutputForm,
  type OutputForm,
  type OutputKind,
  outputKindOf,
  outputNames,
} from '../../codegen/architecture/output-names.ts';
import type { Graph } from '../../codegen/ir/graph.ts';
import { type CompareOptions, compareOutputs, type Verdict } from '../../engines/compare.ts';
import { compareFeatures } from '../../engines/compare-features.ts';
import type { Precision, Tensor, Tensors } from '../../engines/engine.ts';
import { centredLogits, unfitSum } from '../../engines/log-probabilities.ts';
import { hasFewClasses } from '../../engines/logit-unit.ts';
import { createSeededInput } from '../../engines/seeded-input.ts';
import { joinBatches, sliceBatch } from '../../engines/tensor-batch.ts';
import { tellsClasses } from '../language/outputs.ts';
import type { Reference } from '../language/spec.ts';
import { type InputPair, pairInput } from './input-pair.ts';
import type { PreparedPrecision } from './precision.ts';
import { answerFileOf, readReference } from './reference.ts';
import type { TrainedNetwork } from './trained-network.ts';
import { pick, runUnfolded, type UnfoldedAnswer } from './unfolded.ts';

/** What a model is asked, and what it should answer. */
export interface Question extends InputPair, Pick<UnfoldedAnswer, 'termSize'> {
  /** Where the answer comes from, in a few words. */
  readonly against: string;
  /** In the order of the model's outputs. */
  readonly answers: readonly ExpectedAnswer[];
}

/** What a model should answer in one of its outputs. */
export interface ExpectedAnswer {
  /** As the model calls it. */
  readonly output: string;
  readonly expected: Tensor;
  /** What `expected` is: the model may tell classes in another form. */
  readonly kind: OutputKind;
}

export interface QuestionOptions {
  /** How the model was made: its input may have another form, and int8 is checked with pictures. */
  readonly prepared: PreparedPrecision;
  readonly signal?: AbortSignal | undefined;
}

/** Pictures of the seeded check where neither model nor engine fixes the batch; embeddings are compared with each other. */
const checkedImages = { usual: 2, ofEmbedding: 6 } as const;
const inputSeed = 20;

/** A picture-like input that suits the network's batch. */
export function seededInputOf(
  { inputs, outputs = [] }: Pick<Graph, 'inputs'> & Partial<Pick<Graph, 'outputs'>>,
  images?: number,
): Tensor {
  const isEmbedding = outputs.some(({ name }) => outputKindOf(name) === 'embedding');
  const freeBatch = images ?? checkedImages[isEmbedding ? 'ofEmbedding' : 'usual'];
  const type = inputs[0]?.type;
  if (!type) throw new Error('the network has no input');
  const batch = type.shape[0] === 'N' ? freeBatch : Number(type.shape[0]);
  return createSeededInput(type, batch, inputSeed);
}

/** So many images of a tensor, from its beginning and again. */
export function takeImages({ dataType, shape, bytes }: Tensor, count: number): Tensor {
  const [images = 1, ...sizes] = shape;
  const size = bytes.length / images;
  const taken = new Uint8Array(count * size);
  for (let i = 0; i < count; i++) {
    const from = (i % images) * size;
    taken.set(bytes.subarray(from, from + size), i * size);
  }
  return { dataType, shape: [count, ...sizes], bytes: taken };
}

/** What a model is checked with: a sample of its calibration, or a seeded input where there is none. */
function checkedInputOf(graph: Graph, { sample }: PreparedPrecision, batch?: number): Tensor {
  if (!sample) return seededInputOf(graph, batch);
  const fixed = graph.inputs[0]?.type.shape[0];
  return takeImages(sample, typeof fixed === 'number' ? fixed : (batch ?? sample.shape[0] ?? 1));
}

/** The expected values under the names that a model has for them, in the form that it tells classes in. */
export function answersOf(
  outputs: readonly { readonly name: string }[],
  form: OutputForm | undefined,
  expected: (name: string, index: number) => Tensor,
): Question['answers'] {
  return outputs.map(({ name }, index) => {
    const kind = outputKindOf(name);
    const output = form && isOutputForm(kind) ? outputNames[form] : name;
    return { output, expected: expected(name, index), kind };
  });
}

/** Asks for what the unfolded graph answers to pictures that are there in both forms. */
export async function askOn(
  network: TrainedNetwork,
  { trained, ...pair }: InputPair,
  source: string,
  { prepared, signal }: QuestionOptions,
): Promise<Question> {
  const form = prepared.pipeline.input ? ` as ${prepared.pipeline.input.form}` : '';
  const { answers: values, ...unit } = await runUnfolded(network, trained, signal);
  const { outputs } = network.graph;
  const answers = answersOf(outputs, prepared.pipeline.output, (name) => pick(values, name));
  const against = `the unfolded graph on ${source}${form}`;
  return { ...pair, ...unit, trained, answers, against };
}

/** Asks for what the unfolded graph answers to so many pictures (default: 2, or all of a sample; a model may fix it). */
export async function askUnfolded(
  network: TrainedNetwork,
  options: QuestionOptions,
  images?: number,
): Promise<Question> {
  const { pipeline, sample } = options.prepared;
  const input = checkedInputOf(network.graph, options.prepared, images);
  const source = sample ? 'pictures' : 'a seeded input';
  return await askOn(network, pairInput(input, pipeline.input), source, options);
}

/**
 * Asks for the framework's logits; where the model's form of input cannot hold the reference's, for the unfolded graph's answer to what it can.
 * Throws DiagnosticError where the files cannot be read or do not fit.
 */
export async function askReference(
  network: TrainedNetwork,
  files: Reference,
  options: QuestionOptions,
): Promise<Question> {
  const { graph, spec } = network;
  const { input, answers: values } = await readReference(graph, files);
  const pair = pairInput(input, options.prepared.pipeline.input);
  if (!pair.exact) return await askOn(network, pair, 'the reference input', options);
  const { termSize } =
    tellsClasses(spec) && hasFewClasses(spec.classes)
      ? await runUnfolded(network, pair.trained, options.signal)
      : {};
  const unit = termSize === undefined ? {} : { termSize };
  const answers = answersOf(
    graph.outputs,
    options.prepared.pipeline.output,
    (_name, index) => values[index] as Tensor,
  );
  return { ...pair, ...unit, answers, against: `the reference ${answerFileOf(files)}` };
}

/** What runs images: its outputs by name. */
export type RunImages = (images: Tensor) => Promise<Tensors>;

/** Runs images through an engine, at once or in batches of one size; the last one is filled up. Gives the outputs in the order of their names. */
export async function runInBatches(
  run: RunImages,
  { images, outputs }: { readonly images: Tensor; readonly outputs: readonly string[] },
  batch: number | undefined,
): Promise<readonly Tensor[]> {
  if (batch === undefined) {
    const answered = await run(images);
    return outputs.map((output) => pick(answered, output));
  }
  const [total = 1] = images.shape;
  const parts: Tensors[] = [];
  for (let from = 0; from < total; from += batch) {
    parts.push(await run(sliceBatch(images, from, batch)));
  }
  return outputs.map((output) =>
    joinBatches(
      parts.map((part) => pick(part, output)),
      total,
    ),
  );
}

/** The verdict on logits, or on probabilities as on the logits that they come from. */
function compareClasses(
  answer: Tensor,
  { output, expected, kind }: ExpectedAnswer & { readonly kind: OutputForm },
  options: CompareOptions,
): Verdict {
  const form = output === outputNames.probabilities ? 'probabilities' : 'logits';
  if (form === 'logits' && kind === 'logits') return compareOutputs(answer, expected, options);
  const verdict = compareOutputs(
    centredLogits(answer, form),
    centredLogits(expected, kind),
    options,
  );
  const sum = form === 'probabilities' ? unfitSum(answer) : undefined;
  if (!verdict.ok || sum === undefined) return verdict;
  return {
    ...verdict,
    ok: false,
    reason: `The probabilities of an image sum to ${Number(sum.toPrecision(3))}.`,
  };
}

/** The verdict on one output, by what it holds. */
function compareAnswer(answer: Tensor, wanted: ExpectedAnswer, options: CompareOptions): Verdict {
  const { kind, output, expected } = wanted;
  if (isOutputForm(kind)) return compareClasses(answer, { ...wanted, kind }, options);
  const { precision } = options;
  const judgedAs = kind === 'embedding' ? kind : 'features';
  return { ...compareFeatures(answer, expected, { precision, kind: judgedAs }), output };
}

/** The worst of the verdicts on several outputs, with all of them; that on a single one as it is. */
function worstOutput(verdicts: readonly Verdict[]): Verdict {
  const [only, ...others] = verdicts;
  if (only && others.length === 0) return only;
  const { verdict } = worstOf(verdicts.map((verdict) => ({ verdict })));
  const reason = (verdict.ok ? verdicts : [verdict])
    .map((each) => `${each.output}: ${each.reason.charAt(0).toLowerCase()}${each.reason.slice(1)}`)
    .join(' ');
  return { ...verdict, reason, outputs: verdicts };
}

/** The verdict on values of the outputs, in the order of the answers. */
export function judgeOutputs(
  actual: readonly Tensor[],
  answers: readonly ExpectedAnswer[],
  options: CompareOptions,
): Verdict {
  const isSole = answers.length === 1;
  return worstOutput(
    answers.map((wanted, index) => {
      const verdict = compareAnswer(actual[index] as Tensor, wanted, options);
      return isSole ? verdict : { ...verdict, output: wanted.output };
    }),
  );
}

/** The verdict on what an engine answers; `batch`: how many pictures it is given at once. */
export async function judgeAnswer(
  question: Question,
  run: RunImages,
  { precision, batch }: { readonly precision: Precision; readonly batch?: number | undefined },
): Promise<Verdict> {
  const { engine: images, answers, termSize } = question;
  const outputs = answers.map(({ output }) => output);
  const actual = await runInBatches(run, { images, outputs }, batch);
  return judgeOutputs(actual, answers, { precision, termSize });
}

/** The same question with so many pictures at least, from the first again: a batch without empty places. */
export function repeatQuestion(question: Question, images: number): Question {
  const { trained, engine, answers } = question;
  const count = Math.max(images, engine.shape[0] ?? 1);
  const repeat = (tensor: Tensor): Tensor => takeImages(tensor, count);
  return {
    ...question,
    trained: repeat(trained),
    engine: repeat(engine),
    answers: answers.map((answer) => ({ ...answer, expected: repeat(answer.expected) })),
  };
}

/** Of verdicts on one engine the first that is not acceptable, else the first. */
export function worstOf<T extends { readonly verdict: Verdict }>(judged: readonly T[]): T {
  const worst = judged.find(({ verdict }) => !verdict.ok) ?? judged[0];
  if (!worst) throw new Error('nothing was verified');
  return worst;
}
