import type { OutputForm } from '../../codegen/architecture/output-names.ts';
import type { Graph } from '../../codegen/ir/graph.ts';
import { outputFormOf } from '../../codegen/passes/adapt-output.ts';
import { compareOutputs, type Verdict } from '../../engines/compare.ts';
import type { Precision, Tensor } from '../../engines/engine.ts';
import { centredLogits, unfitSum } from '../../engines/log-probabilities.ts';
import { hasFewClasses } from '../../engines/logit-unit.ts';
import { createSeededInput } from '../../engines/seeded-input.ts';
import { joinBatches, sliceBatch } from '../../engines/tensor-batch.ts';
import type { Reference } from '../language/spec.ts';
import { type InputPair, pairInput } from './input-pair.ts';
import type { PreparedPrecision } from './precision.ts';
import { readReference } from './reference.ts';
import type { TrainedNetwork } from './trained-network.ts';
import { runUnfolded, type UnfoldedAnswer } from './unfolded.ts';

/** What a model is asked, and what it should answer. */
export interface Question extends InputPair, Pick<UnfoldedAnswer, 'termSize'> {
  /** Where the answer comes from, in a few words. */
  readonly against: string;
  readonly expected: Tensor;
  /** What the model answers, and what `expected` is. */
  readonly outputs: { readonly engine: OutputForm; readonly expected: OutputForm };
}

export interface QuestionOptions {
  /** How the model was made: its input may have another form, and int8 is checked with pictures. */
  readonly prepared: PreparedPrecision;
  readonly signal?: AbortSignal | undefined;
}

/** Pictures of the seeded check where neither model nor engine fixes the batch. */
const checkedImages = 2;
const inputSeed = 20;

/** A picture-like input that suits the network's batch. */
export function seededInputOf(
  { inputs }: Pick<Graph, 'inputs'>,
  freeBatch = checkedImages,
): Tensor {
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

function outputsOf({ graph }: TrainedNetwork, { pipeline }: PreparedPrecision) {
  const expected = outputFormOf(graph);
  return { engine: pipeline.output ?? expected, expected };
}

/** Asks for what the unfolded graph answers to pictures that are there in both forms. */
export async function askOn(
  network: TrainedNetwork,
  { trained, ...pair }: InputPair,
  source: string,
  { prepared, signal }: QuestionOptions,
): Promise<Question> {
  const form = prepared.pipeline.input ? ` as ${prepared.pipeline.input.form}` : '';
  const { logits: expected, ...unit } = await runUnfolded(network, trained, signal);
  const outputs = outputsOf(network, prepared);
  const against = `the unfolded graph on ${source}${form}`;
  return { ...pair, ...unit, trained, expected, outputs, against };
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
  const { input, logits: expected } = await readReference(network.graph, files);
  const pair = pairInput(input, options.prepared.pipeline.input);
  if (!pair.exact) return await askOn(network, pair, 'the reference input', options);
  const { termSize } = hasFewClasses(network.spec.classes)
    ? await runUnfolded(network, pair.trained, options.signal)
    : {};
  const unit = termSize === undefined ? {} : { termSize };
  const outputs = outputsOf(network, options.prepared);
  return { ...pair, ...unit, expected, outputs, against: `the reference ${files.logits}` };
}

/** Runs images through an engine, at once or in batches of one size; the last one is filled up. */
export async function runInBatches(
  run: (images: Tensor) => Promise<Tensor>,
  images: Tensor,
  batch: number | undefined,
): Promise<Tensor> {
  if (batch === undefined) return await run(images);
  const [total = 1] = images.shape;
  const parts: Tensor[] = [];
  for (let from = 0; from < total; from += batch) {
    parts.push(await run(sliceBatch(images, from, batch)));
  }
  return joinBatches(parts, total);
}

/** The verdict on an answer: of probabilities, as on the logits that they come from. */
function compareAnswer(
  answer: Tensor,
  { expected, outputs, termSize }: Question,
  precision: Precision,
): Verdict {
  const options = { precision, termSize };
  if (outputs.engine === 'logits' && outputs.expected === 'logits')
    return compareOutputs(answer, expected, options);
  const verdict = compareOutputs(
    centredLogits(answer, outputs.engine),
    centredLogits(expected, outputs.expected),
    options,
  );
  const sum = outputs.engine === 'probabilities' ? unfitSum(answer) : undefined;
  if (!verdict.ok || sum === undefined) return verdict;
  return {
    ...verdict,
    ok: false,
    reason: `The probabilities of an image sum to ${Number(sum.toPrecision(3))}.`,
  };
}

/** The verdict on what an engine answers; `batch`: how many pictures it is given at once. */
export async function judgeAnswer(
  question: Question,
  run: (images: Tensor) => Promise<Tensor>,
  { precision, batch }: { readonly precision: Precision; readonly batch?: number | undefined },
): Promise<Verdict> {
  return compareAnswer(await runInBatches(run, question.engine, batch), question, precision);
}

/** The same question with so many pictures at least, from the first again: a batch without empty places. */
export function repeatQuestion(question: Question, images: number): Question {
  const { trained, engine, expected } = question;
  const count = Math.max(images, engine.shape[0] ?? 1);
  const repeat = (tensor: Tensor): Tensor => takeImages(tensor, count);
  return {
    ...question,
    trained: repeat(trained),
    engine: repeat(engine),
    expected: repeat(expected),
  };
}

/** Of verdicts on one engine the first that is not acceptable, else the first. */
export function worstOf<T extends { readonly verdict: Verdict }>(judged: readonly T[]): T {
  const worst = judged.find(({ verdict }) => !verdict.ok) ?? judged[0];
  if (!worst) throw new Error('nothing was verified');
  return worst;
}
