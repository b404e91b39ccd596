import type { InputForm } from '../../codegen/passes/adapt-input.ts';
import { outputFormOf } from '../../codegen/passes/adapt-output.ts';
import type { LoadedEngine, Precision } from '../../engines/engine.ts';
import { topIndices } from '../../engines/ranking.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';
import { problemOf } from '../images/datasets/dataset.ts';
import type { NamedPicture } from '../images/pictures.ts';
import type { PictureRules } from '../images/prepared-images.ts';
import { preparePixels } from '../images/preprocess.ts';
import type { Raster } from '../images/raster.ts';
import { createEngineRunner, type EngineRunner } from './engine-runner.ts';

/** An engine with all that is needed to put pictures in and names on its answers. */
export interface Classifier extends PictureRules {
  readonly model: string;
  readonly engine: LoadedEngine;
  readonly inputForm: InputForm;
  readonly precision: Precision;
  readonly classes: number;
  /** Names of the classes in their order. */
  readonly labels?: readonly string[] | undefined;
}

export interface ClassAnswer {
  readonly class: number;
  readonly label?: string;
  /** Between 0 and 1. */
  readonly probability: number;
}

/** What a network says of a picture; times are of this picture, the run's of all that were in its batch. */
export interface Classification {
  readonly picture: string;
  /** The most likely first. */
  readonly top: readonly ClassAnswer[];
  readonly decodeMs: number;
  /** Resize, crop, order of channels. */
  readonly prepareMs: number;
  /** Normalisation and the engine, for the whole batch. */
  readonly runMs: number;
  /** Pictures in the batch. */
  readonly batch: number;
}

/** A picture that could not be classified, and why. */
export interface Unclassified {
  readonly picture: string;
  readonly problem: Diagnostic;
}

export interface ClassifyOptions {
  /** Answers a picture; no more than there are classes. */
  readonly top: number;
  /** Pictures that go through the engine at once. */
  readonly batch: number;
  readonly signal?: AbortSignal | undefined;
}

interface Prepared {
  readonly picture: string;
  readonly pixels: Raster;
  readonly decodeMs: number;
  readonly prepareMs: number;
}

async function prepare(
  { name, decode }: NamedPicture,
  rules: PictureRules,
): Promise<Prepared | Unclassified> {
  const startedAt = performance.now();
  try {
    const decoded = await decode();
    const decodedAt = performance.now();
    const pixels = preparePixels(decoded, rules, name);
    return {
      picture: name,
      pixels,
      decodeMs: decodedAt - startedAt,
      prepareMs: performance.now() - decodedAt,
    };
  } catch (error) {
    return { picture: name, problem: problemOf(error) };
  }
}

/** Pictures as the network sees them, as many at once as go through the engine. */
async function* preparedBatches(
  rules: PictureRules,
  pictures: AsyncIterable<NamedPicture>,
  { batch, signal }: Pick<ClassifyOptions, 'batch' | 'signal'>,
): AsyncGenerator<readonly (Prepared | Unclassified)[]> {
  let waiting: (Prepared | Unclassified)[] = [];
  for await (const picture of pictures) {
    signal?.throwIfAborted();
    waiting.push(await prepare(picture, rules));
    if (waiting.length < batch) continue;
    yield waiting;
    waiting = [];
  }
  if (waiting.length > 0) yield waiting;
}

/** NaN or infinity among the outputs is no answer. */
function brokenAnswer(outputs: Float64Array, { model, precision }: Classifier) {
  const broken = outputs.reduce((count, value) => count + (Number.isFinite(value) ? 0 : 1), 0);
  if (broken === 0) return undefined;
  const extent = `${broken} of ${outputs.length} logits`;
  return createDiagnostic('outputs-not-finite', { model, precision, extent });
}

/** exp(logit) / sum, safe from overflow. */
function softmax(logits: Float64Array): Float64Array {
  const largest = logits.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

function answersOf(
  outputs: Float64Array,
  { engine, labels }: Classifier,
  count: number,
): readonly ClassAnswer[] {
  const probabilities = outputFormOf(engine) === 'probabilities' ? outputs : softmax(outputs);
  return topIndices(outputs, count).map((index) => {
    const label = labels?.[index];
    const probability = probabilities[index] as number;
    return { class: index, ...(label === undefined ? {} : { label }), probability };
  });
}

/** Runs what of a batch could be read: the outputs of each, and how long all took. */
async function runBatch(runner: EngineRunner, ready: readonly Prepared[], signal?: AbortSignal) {
  const startedAt = performance.now();
  const rasters = ready.map(({ pixels }) => pixels);
  const outputs = rasters.length > 0 ? await runner.run(rasters, signal) : [];
  const runMs = performance.now() - startedAt;
  return { outputs: new Map(ready.map((one, index) => [one, outputs[index]])), runMs };
}

/** Classifies pictures in their order, as many at once as the batch says; those that cannot be read come with their problem. */
export async function* classify(
  classifier: Classifier,
  pictures: AsyncIterable<NamedPicture>,
  { top, batch, signal }: ClassifyOptions,
): AsyncGenerator<Classification | Unclassified> {
  const runner = createEngineRunner(classifier.engine, classifier);
  const count = Math.min(top, classifier.classes);
  for await (const waiting of preparedBatches(classifier, pictures, { batch, signal })) {
    const ready = waiting.filter((one) => 'pixels' in one);
    const { outputs, runMs } = await runBatch(runner, ready, signal);
    for (const one of waiting) {
      if ('problem' in one) {
        yield one;
        continue;
      }
      const { picture, decodeMs, prepareMs } = one;
      const answer = outputs.get(one) as Float64Array;
      const problem = brokenAnswer(answer, classifier);
      const found = answersOf(answer, classifier, count);
      yield problem
        ? { picture, problem }
        : { picture, top: found, decodeMs, prepareMs, runMs, batch: ready.length };
    }
  }
}
