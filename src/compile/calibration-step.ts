import { join } from 'node:path';
import type { Graph } from '../../codegen/ir/graph.ts';
import type { Tensor } from '../../engines/engine.ts';
import { type CalibrationAlgorithm, defaultAlgorithm } from '../calibration/algorithm-names.ts';
import type { CalibratedTensors } from '../calibration/calibrate.ts';
import {
  type CalibrationFile,
  type CalibrationKey,
  calibrationFile,
  differenceFrom,
  findCalibration,
  readCalibrationFile,
} from '../calibration/calibration-file.ts';
import { type CalibrationData, createNoiseData } from '../calibration/data.ts';
import { inspectInputs } from '../calibration/inspect-inputs.ts';
import { keptFacts, refuseUnfit, warnOfCalibration } from '../calibration/judge-inputs.ts';
import { openCalibrationData, recognizeSource } from '../calibration/open-data.ts';
import { createDiagnostic, type Diagnostic, fail } from '../diagnostics/diagnostic.ts';
import { artifactFiles, writeJson } from './artifact-files.ts';
import { identityText } from './model-identity.ts';
import { type CompileListener, runPhase } from './phases.ts';
import { digestSpec } from './spec-digest.ts';
import type { TrainedNetwork } from './trained-network.ts';

export interface CalibrationOptions {
  /** Pictures (folder, archive), inputs (.npy) or an earlier calibration.json. */
  readonly calibrate?: string | undefined;
  /** Most pictures that are taken, spread over all. Default 500. */
  readonly calibrationImages?: number | undefined;
  /** Default `mse`. */
  readonly calibrationAlgorithm?: CalibrationAlgorithm | undefined;
}

export interface CalibrationStepOptions extends CalibrationOptions {
  /** Of a new calibration where the user names none. */
  readonly usualAlgorithm?: CalibrationAlgorithm | undefined;
  /** Folder of the artifact: the calibration is kept there. */
  readonly directory: string;
  /** Folder of an earlier artifact whose calibration is taken again where it fits; default: the same. */
  readonly earlier?: string | undefined;
  readonly listener?: CompileListener | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface CalibrationResult {
  readonly file: CalibrationFile;
  /** What is to know of its data; the listener has been told. */
  readonly warnings: readonly Diagnostic[];
  /** The first inputs of the data, to check the model with; absent where the calibration came without data. */
  readonly sample?: Tensor;
}

const usualImages = 500;
const noiseImages = 8;
/** Pictures that the finished model is checked with. */
const sampleImages = 8;

async function keyOf(
  network: TrainedNetwork,
  algorithm: CalibrationAlgorithm,
): Promise<CalibrationKey> {
  const weights = await network.describeWeights();
  return {
    model: network.spec.name,
    algorithm,
    spec: digestSpec(network.spec),
    weights: identityText(weights),
  };
}

/** The data that the options name. Throws DiagnosticError where there is none; made-up weights may do with noise. */
async function openData(
  network: TrainedNetwork,
  { type: input }: Graph['inputs'][number],
  { calibrate: path, calibrationImages = usualImages, listener }: CalibrationStepOptions,
): Promise<CalibrationData> {
  const { spec } = network;
  if (path !== undefined) {
    const source = await recognizeSource(path);
    if (source === 'calibration') throw new Error('a calibration is not opened as data');
    const data = await openCalibrationData(path, source, {
      spec,
      input,
      images: calibrationImages,
    });
    for (const diagnostic of data.diagnostics) listener?.onNote?.(diagnostic);
    return data;
  }
  const weights = await network.describeWeights();
  if ('digest' in weights) fail('calibration-data-missing', { model: spec.name });
  listener?.onNote?.(createDiagnostic('calibration-noise', { model: spec.name }));
  return createNoiseData(input, noiseImages);
}

async function firstInputs(
  data: CalibrationData,
  signal?: AbortSignal,
): Promise<Tensor | undefined> {
  for await (const batch of data.batches(sampleImages, signal)) return batch;
  return undefined;
}

function noteDeadTensors(tensors: CalibratedTensors, listener: CompileListener | undefined): void {
  const dead = [...tensors].filter(([, { largest }]) => largest === 0).map(([name]) => name);
  if (dead.length === 0) return;
  const parameters = { tensorCount: dead.length };
  const details = dead.slice(0, 8);
  listener?.onNote?.(createDiagnostic('calibration-dead-tensors', parameters, { details }));
}

async function runCalibration(
  network: TrainedNetwork,
  fused: Graph,
  data: CalibrationData,
  options: CalibrationStepOptions,
): Promise<{ readonly file: CalibrationFile; readonly reused: boolean }> {
  const {
    usualAlgorithm = defaultAlgorithm,
    calibrationAlgorithm: algorithm = usualAlgorithm,
    directory,
    earlier = directory,
    listener,
    signal,
  } = options;
  const path = join(directory, artifactFiles.calibration);
  const key = await keyOf(network, algorithm);
  const digest = await data.digest(signal);
  const before = join(earlier, artifactFiles.calibration);
  const found = await findCalibration(before, { ...key, data: digest });
  if (found) {
    await writeJson(path, found);
    return { file: found, reused: true };
  }
  const facts = await inspectInputs(data, signal);
  refuseUnfit(facts, data, network.spec);
  const { calibrate } = await import('../calibration/calibrate.ts');
  const tensors = await calibrate(fused, data, { algorithm, signal });
  noteDeadTensors(tensors, listener);
  const file = calibrationFile(key, { ...keptFacts(facts, data), digest }, tensors);
  await writeJson(path, file);
  return { file, reused: false };
}

/** A calibration that was made before, whole. Throws DiagnosticError where it belongs to something else. */
async function takeCalibration(
  network: TrainedNetwork,
  path: string,
  { calibrationAlgorithm, directory }: CalibrationStepOptions,
): Promise<CalibrationFile> {
  const file = await readCalibrationFile(path);
  const what = differenceFrom(file, await keyOf(network, calibrationAlgorithm ?? file.algorithm));
  if (what !== undefined) fail('calibration-mismatch', { file: path, what });
  await writeJson(join(directory, artifactFiles.calibration), file);
  return file;
}

function tellWarnings(
  { spec }: TrainedNetwork,
  { data }: CalibrationFile,
  listener: CompileListener | undefined,
): readonly Diagnostic[] {
  const warnings = warnOfCalibration(data, spec);
  for (const warning of warnings) listener?.onNote?.(warning);
  return warnings;
}

/**
 * The ranges of a network's tensors: measured on data, or those of an earlier calibration with the same digests. They are kept in the artifact's folder
 * as calibration.json. Throws DiagnosticError where there is nothing to calibrate with.
 */
export async function calibrateNetwork(
  network: TrainedNetwork,
  options: CalibrationStepOptions,
): Promise<CalibrationResult> {
  const { calibrate: path, listener, signal } = options;
  return await runPhase('calibrate', listener, async () => {
    if (path !== undefined && (await recognizeSource(path)) === 'calibration') {
      const file = await takeCalibration(network, path, options);
      const warnings = tellWarnings(network, file, listener);
      return { value: { file, warnings }, detail: `${file.algorithm}, taken from ${path}` };
    }
    // An engine and what measures are of no use to a calibration that is done.
    const { fuseNetwork, networkInput } = await import('../calibration/observe.ts');
    const fused = fuseNetwork(network.graph);
    const data = await openData(network, networkInput(fused), options);
    try {
      const { file, reused } = await runCalibration(network, fused, data, options);
      const sample = await firstInputs(data, signal);
      const detail = `${file.algorithm} over ${file.data.description}${reused ? ', as before' : ''}`;
      const warnings = path === undefined ? [] : tellWarnings(network, file, listener);
      return { value: { file, warnings, ...(sample ? { sample } : {}) }, detail };
    } finally {
      await data.close();
    }
  });
}
