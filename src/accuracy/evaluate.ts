import { setImmediate as nextTurn } from 'node:timers/promises';
import type { InputForm } from '../../codegen/passes/adapt-input.ts';
import { referencePrecision } from '../../codegen/precisions.ts';
import type { LoadedEngine, Precision } from '../../engines/engine.ts';
import { greatest } from '../collections/extremes.ts';
import { createDiagnostic, type Diagnostic, fail } from '../diagnostics/diagnostic.ts';
import { type Dataset, spreadIndices } from '../images/datasets/dataset.ts';
import {
  type PictureRules,
  type PreparedImage,
  preparedImages,
} from '../images/prepared-images.ts';
import type { Expectations } from '../language/spec.ts';
import {
  compareWithFp32,
  measureAccuracy,
  type PrecisionAccuracy,
  type PrecisionComparison,
} from './accuracy.ts';
import { createEngineRunner, type EngineRunner } from './engine-runner.ts';
import { judgeAccuracy } from './judge.ts';
import { addAnswers, addUnreadable, createRecords, type EvalRecords, recordOf } from './records.ts';
import { type EvalIdentity, loadRecords, removeRecords, saveRecords } from './state-file.ts';

/** One of the engines that are evaluated side by side; at most one a precision. */
export interface EvalSubject {
  readonly precision: Precision;
  readonly engine: LoadedEngine;
  readonly inputForm: InputForm;
  /** Digest that tells this engine from another: that of model.onnx in the manifest. */
  readonly digest: string;
}

export interface EvalProgress {
  readonly done: number;
  readonly total: number;
  /** Undefined until it can be told. */
  readonly leftMs: number | undefined;
}

export interface EvaluateOptions extends PictureRules {
  /** Names the model in diagnostics. */
  readonly model: string;
  readonly classes: number;
  /** Default: none. */
  readonly expect?: Expectations | undefined;
  /** Shares of top-1 that a precision may lose; default `defaultMaxDrops`. */
  readonly maxDrops?: Readonly<Partial<Record<Precision, number>>> | undefined;
  /** Evaluates only so many pictures, spread evenly over the data set. */
  readonly limit?: number | undefined;
  /** Pictures in a run of an engine whose batch is free; default 8. */
  readonly batch?: number | undefined;
  /** File that holds what is done: written every few seconds and when interrupted, gone on with when present, removed at the end. */
  readonly statePath?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: EvalProgress) => void) | undefined;
}

export interface NotFinite {
  readonly precision: Precision;
  readonly pictures: number;
}

export interface Evaluation {
  readonly model: string;
  readonly dataset: { readonly path: string; readonly digest: string; readonly images: number };
  /** Pictures that count: evaluated and readable. */
  readonly images: number;
  readonly unreadable: number;
  /** Pictures that an earlier run had done. */
  readonly resumedFrom: number;
  readonly precisions: readonly PrecisionAccuracy[];
  /** Precisions that answered NaN or infinity for so many pictures: they have no accuracy. */
  readonly notFinite: readonly NotFinite[];
  /** Every other precision against fp32, where that was evaluated. */
  readonly comparisons: readonly PrecisionComparison[];
  /** Whether nothing is unacceptable. */
  readonly ok: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

const defaultBatch = 8;
const saveEveryMs = 10_000;

/** One evaluation under way. */
interface Run {
  readonly subjects: readonly EvalSubject[];
  readonly dataset: Dataset;
  readonly options: EvaluateOptions;
  readonly indices: readonly number[];
  readonly identity: EvalIdentity;
  readonly records: EvalRecords;
  readonly resumedFrom: number;
}

function identityOf(
  subjects: readonly EvalSubject[],
  dataset: Dataset,
  { preprocess, input, limit }: EvaluateOptions,
): EvalIdentity {
  return {
    'the data set': dataset.digest,
    'the number of pictures': String(limit ?? 'all'),
    'the preprocessing': JSON.stringify([preprocess, input]),
    ...Object.fromEntries(
      subjects.map(({ precision, digest }) => [`the ${precision} engine`, digest]),
    ),
  };
}

async function startRun(
  subjects: readonly EvalSubject[],
  dataset: Dataset,
  options: EvaluateOptions,
): Promise<Run> {
  const identity = identityOf(subjects, dataset, options);
  const earlier = options.statePath && (await loadRecords(options.statePath, identity));
  const records = earlier || createRecords(subjects.map(({ precision }) => precision));
  const indices = spreadIndices(dataset, options.limit);
  return { subjects, dataset, options, indices, identity, records, resumedFrom: records.done };
}

interface Answerer {
  readonly precision: Precision;
  readonly runner: EngineRunner;
}

function createAnswerers({ subjects, options }: Run): readonly Answerer[] {
  return subjects.map(({ precision, engine, inputForm }) => ({
    precision,
    runner: createEngineRunner(engine, { ...options, precision, inputForm }),
  }));
}

/** Asks every engine about a group of pictures and keeps the answers in their order. */
async function answerGroup(
  group: readonly PreparedImage[],
  answerers: readonly Answerer[],
  { records, options }: Run,
): Promise<void> {
  const rasters = group.flatMap(({ pixels }) => pixels ?? []);
  const answers = new Map<Precision, readonly Float64Array[]>();
  for (const { precision, runner } of answerers) {
    // Lets pictures that have been read go on to be decoded before the engine blocks this thread.
    await nextTurn();
    answers.set(precision, await runner.run(rasters, options.signal));
  }
  let place = 0;
  for (const { pixels, problem, image, orientation } of group) {
    if (!pixels) addUnreadable(records, problem?.message ?? image.name);
    else {
      const logits = [...answers].map(([precision, all]) => [precision, all[place]] as const);
      addAnswers(records, new Map(logits as [Precision, Float64Array][]), image.label as number);
      if (orientation !== 1) records.turned++;
      place++;
    }
  }
}

async function* groups(run: Run, size: number): AsyncGenerator<readonly PreparedImage[]> {
  const { dataset, options, indices, resumedFrom } = run;
  // A second group is decoded while the engines run over the first.
  const ahead = 2 * size;
  const images = preparedImages(dataset, {
    ...options,
    indices: indices.slice(resumedFrom),
    ahead,
  });
  let group: PreparedImage[] = [];
  for await (const image of images) {
    group.push(image);
    if (group.length === size) {
      yield group;
      group = [];
    }
  }
  if (group.length > 0) yield group;
}

function reportProgress({ records, indices, options, resumedFrom }: Run, startMs: number): void {
  const total = indices.length;
  const { done } = records;
  const doneNow = done - resumedFrom;
  const leftMs = ((performance.now() - startMs) / doneNow) * (total - done);
  options.onProgress?.({ done, total, leftMs: doneNow > 0 ? leftMs : undefined });
}

async function answerAll(run: Run): Promise<void> {
  const { records, identity, options } = run;
  const { statePath } = options;
  const answerers = createAnswerers(run);
  const batches = answerers.map(({ runner }) => runner.batch ?? options.batch ?? defaultBatch);
  const startMs = performance.now();
  let savedMs = startMs;
  reportProgress(run, startMs);
  try {
    for await (const group of groups(run, greatest(batches))) {
      await answerGroup(group, answerers, run);
      reportProgress(run, startMs);
      if (statePath && performance.now() - savedMs > saveEveryMs) {
        await saveRecords(statePath, identity, records);
        savedMs = performance.now();
      }
    }
  } catch (error) {
    if (statePath && records.done > run.resumedFrom) {
      await saveRecords(statePath, identity, records);
    }
    throw error;
  }
}

function pictureDiagnostics({ dataset, records }: Run): readonly Diagnostic[] {
  const { path } = dataset;
  const { unreadable, problems, turned, done } = records;
  const details = unreadable > problems.length ? [...problems, '…'] : problems;
  return [
    ...(unreadable > 0
      ? [
          createDiagnostic(
            'eval-unreadable',
            { path, count: unreadable, images: done },
            { details },
          ),
        ]
      : []),
    ...(turned > 0 ? [createDiagnostic('eval-turned', { path, count: turned })] : []),
  ];
}

function summarize(run: Run): Evaluation {
  const { subjects, dataset, options, records } = run;
  const images = records.done - records.unreadable;
  const { path, digest } = dataset;
  if (images === 0) {
    fail('eval-nothing-read', { path, images: records.done }, { details: records.problems });
  }
  const evaluated = run.indices.flatMap((index) => dataset.images[index] ?? []);
  const counted = subjects.map(({ precision }) => ({
    precision,
    pictures: recordOf(records, precision).notFinite,
  }));
  const notFinite = counted.filter(({ pictures }) => pictures > 0);
  const finite = counted.filter(({ pictures }) => pictures === 0);
  const precisions = finite.map(({ precision }) => measureAccuracy(records, evaluated, precision));
  const others = finite.filter(({ precision }) => precision !== referencePrecision);
  const comparisons =
    others.length < finite.length
      ? others.map(({ precision }) => compareWithFp32(records, evaluated, precision))
      : [];
  const { model, expect = {}, maxDrops = {} } = options;
  const faults = [
    ...notFinite.map(({ precision, pictures }) => {
      const extent = `for ${pictures} of ${images} ${images === 1 ? 'picture' : 'pictures'}`;
      return createDiagnostic('outputs-not-finite', { model, precision, extent });
    }),
    ...judgeAccuracy(precisions, comparisons, { model, images, expect, maxDrops }),
  ];
  return {
    model,
    dataset: { path, digest, images: dataset.images.length },
    images,
    unreadable: records.unreadable,
    resumedFrom: run.resumedFrom,
    precisions,
    notFinite,
    comparisons,
    ok: faults.length === 0,
    diagnostics: [...dataset.diagnostics, ...pictureDiagnostics(run), ...faults],
  };
}

/**
 * Top-1 and top-5 of engines over one data set of labelled pictures, side by side, with what changed from fp32. Memory holds two groups of pictures and
 * a few numbers for each that is done. What is not acceptable is a diagnostic of the result; what makes figures impossible throws DiagnosticError.
 * When interrupted, or when anything fails, what is done is saved at `statePath` first.
 */
export async function evaluate(
  subjects: readonly EvalSubject[],
  dataset: Dataset,
  options: EvaluateOptions,
): Promise<Evaluation> {
  const run = await startRun(subjects, dataset, options);
  await answerAll(run);
  const evaluation = summarize(run);
  if (options.statePath) await removeRecords(options.statePath);
  return evaluation;
}
