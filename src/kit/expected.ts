import { isOutputForm, outputKindOf } from '../../codegen/architecture/output-names.ts';
import { elementCount } from '../../codegen/ir/types.ts';
import type { TensorFacts } from '../../engines/model-facts.ts';
import { sliceBatch } from '../../engines/tensor-batch.ts';
import type { TensorrtIntent } from '../../engines/tensorrt/planning/intent.ts';
import { bindingOf } from '../../engines/tensorrt/planning/io-format.ts';
import { inputBytes } from '../../engines/tensorrt/running/input-bytes.ts';
import { greatest } from '../collections/extremes.ts';

import type { MakeOptions } from '../compile/model-options.ts';
import type { PreparedPrecision } from '../compile/precision.ts';
import {
  askReference,
  askUnfolded,
  type ExpectedAnswer,
  type Question,
} from '../compile/question.ts';
import { referenceFor, type TrainedNetwork } from '../compile/trained-network.ts';
import type { KitFacts } from './kit-facts.ts';
import { inputFile, kitFiles } from './kit-files.ts';

/** What decides the question. */
export interface QuestionChoice extends Pick<MakeOptions, 'weights' | 'signal'> {
  readonly batches: readonly number[];
}

/** What an engine is to be asked and what it should answer: the spec's reference, else the unfolded graph's answer to as many pictures as the largest batch has. */
export function askForKit(
  network: TrainedNetwork,
  prepared: PreparedPrecision,
  { batches, signal, ...options }: QuestionChoice,
): Promise<Question> {
  const reference = referenceFor(network, options);
  const asking = { prepared, signal };
  return reference
    ? askReference(network, reference, asking)
    : askUnfolded(network, asking, greatest(batches));
}

/** What the kit's facts say of the answers. */
export function describeAnswers({
  answers: [first, ...others],
}: Pick<Question, 'answers'>): Omit<KitFacts['expect'], 'against' | 'termSize'> {
  if (!first) throw new Error('a network has an output');
  const described = ({ output, expected }: ExpectedAnswer) => ({
    output,
    shape: [...expected.shape],
  });
  const { kind, output } = first;
  const isOther = isOutputForm(kind) && kind !== outputKindOf(output);
  return {
    ...described(first),
    ...(others.length > 0 ? { others: others.map(described) } : {}),
    ...(isOther ? { kind } : {}),
  };
}

/** The same with the numbers that `expectedFiles` wrote. */
export function readAnswers(
  { output, shape, kind, others = [] }: KitFacts['expect'],
  bytes: Uint8Array,
): readonly ExpectedAnswer[] {
  let from = 0;
  return [{ output, shape }, ...others].map((one, index) => {
    const size = 4 * elementCount(one.shape);
    const own = bytes.subarray(from, from + size);
    from += size;
    const expected = { dataType: 'float32' as const, shape: one.shape, bytes: own };
    const told = index === 0 ? kind : undefined;
    return { output: one.output, expected, kind: told ?? outputKindOf(one.output) };
  });
}

/** A file of a kit, by its path in it. */
export interface KitFile {
  readonly file: string;
  readonly content: string | Uint8Array;
}

/** The first pictures of the question for each batch, in the form that trtexec loads, and the answers to all, output by output. A batch beyond them is filled up with zeros. */
export function expectedFiles(
  { engine: images, answers }: Question,
  intent: TensorrtIntent,
  input: TensorFacts | undefined,
): readonly KitFile[] {
  const binding = bindingOf(intent, 'input', input);
  const inputs = intent.batches.map((batch) => ({
    file: inputFile(batch),
    content: inputBytes(sliceBatch(images, 0, batch), binding),
  }));
  const content = Buffer.concat(answers.map(({ expected }) => expected.bytes));
  return [...inputs, { file: kitFiles.expected, content }];
}
