import type { TensorFacts } from '../../engines/model-facts.ts';
import { sliceBatch } from '../../engines/tensor-batch.ts';
import type { TensorrtIntent } from '../../engines/tensorrt/planning/intent.ts';
import { bindingOf } from '../../engines/tensorrt/planning/io-format.ts';
import { inputBytes } from '../../engines/tensorrt/running/input-bytes.ts';
import { greatest } from '../collections/extremes.ts';

import type { MakeOptions } from '../compile/model-options.ts';
import type { PreparedPrecision } from '../compile/precision.ts';
import { askReference, askUnfolded, type Question } from '../compile/question.ts';
import { referenceFor, type TrainedNetwork } from '../compile/trained-network.ts';
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

/** A file of a kit, by its path in it. */
export interface KitFile {
  readonly file: string;
  readonly content: string | Uint8Array;
}

/** The first pictures of the question for each batch, in the form that trtexec loads, and the logits of all. A batch beyond them is filled up with zeros. */
export function expectedFiles(
  { engine: images, expected }: Question,
  intent: TensorrtIntent,
  input: TensorFacts | undefined,
): readonly KitFile[] {
  const binding = bindingOf(intent, 'input', input);
  const inputs = intent.batches.map((batch) => ({
    file: inputFile(batch),
    content: inputBytes(sliceBatch(images, 0, batch), binding),
  }));
  return [...inputs, { file: kitFiles.expected, content: expected.bytes }];
}
