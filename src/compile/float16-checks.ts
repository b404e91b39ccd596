import { noLayer } from '../../codegen/passes/layer-filter.ts';
import { runPasses } from '../../codegen/passes/pass.ts';
import { computesFloat16, passesFor } from '../../codegen/passes/pipeline.ts';
import { precisionRow } from '../../codegen/precisions.ts';
import type { Tensor, Tensors } from '../../engines/engine.ts';
import { withScratchEngine } from '../../engines/onnxruntime/scratch-engine.ts';
import { type CalibrationData, createNoiseData } from '../calibration/data.ts';
import { inspectInputs } from '../calibration/inspect-inputs.ts';
import { keptFacts, refuseUnfit, warnOfInputs } from '../calibration/judge-inputs.ts';
import { fuseNetwork, networkInput } from '../calibration/observe.ts';
import { openCalibrationData, recognizeSource } from '../calibration/open-data.ts';
import {
  judgeRanges,
  judgeRest,
  type RangeReport,
  reportCalibrated,
  reportRanges,
} from '../calibration/range-report.ts';
import { greatest } from '../collections/extremes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Spec } from '../language/spec.ts';
import type { ModelOptions } from './model-options.ts';
import { runPhase } from './phases.ts';
import type { PreparedPrecision } from './precision.ts';
import type { TrainedNetwork } from './trained-network.ts';
import { inputNameOf } from './unfolded.ts';

export type CheckRangesOptions = Pick<ModelOptions, 'calibrate' | 'target' | 'listener' | 'signal'>;

/** Pictures that show how large numbers get: the first few show nearly all of it. */
const rangeImages = 16;
const noiseImages = 2;
/** Share of them: of so few some may be unreadable where hardly any of the whole are. */
const mostUnreadable = 0.5;

async function openData(
  spec: Spec,
  input: Parameters<typeof createNoiseData>[0],
  path: string | undefined,
): Promise<{ readonly data: CalibrationData; readonly isNoise: boolean }> {
  const source = path === undefined ? 'calibration' : await recognizeSource(path);
  if (path === undefined || source === 'calibration') {
    return { data: createNoiseData(input, noiseImages), isNoise: true };
  }
  const options = { spec, input, images: rangeImages };
  return { data: await openCalibrationData(path, source, options), isNoise: false };
}

/** What is to know of the inputs that a user gave. Throws DiagnosticError where they are none of this network. */
async function judgeInputs(
  data: CalibrationData,
  spec: Spec,
  signal: AbortSignal | undefined,
): Promise<readonly Diagnostic[]> {
  const facts = await inspectInputs(data, signal);
  refuseUnfit(facts, data, spec, mostUnreadable);
  return warnOfInputs(keptFacts(facts, data), spec);
}

/** What blocks hold, and what of it float16 cannot. */
interface CheckedRanges {
  readonly report: RangeReport;
  readonly diagnostics: readonly Diagnostic[];
}

/** Runs the network in float32 to see how large its numbers get. */
async function observeRanges(
  { graph, spec }: TrainedNetwork,
  { pipeline: { keepFp32 = noLayer } }: PreparedPrecision,
  { calibrate, signal }: CheckRangesOptions,
): Promise<CheckedRanges> {
  const fused = fuseNetwork(graph);
  const { data, isNoise } = await openData(spec, networkInput(fused).type, calibrate);
  try {
    const warnings = isNoise ? [] : await judgeInputs(data, spec, signal);
    const report = await reportRanges(fused, data, { keepFp32, signal });
    return { report, diagnostics: [...warnings, ...judgeRanges(report)] };
  } finally {
    await data.close();
  }
}

/** What a calibration saw of the network already, for the float16 between quantisers. */
async function recallRanges(
  { graph }: TrainedNetwork,
  { calibration, seen }: PreparedPrecision,
  { target: { precision } }: CheckRangesOptions,
): Promise<CheckedRanges> {
  if (!calibration || !seen) throw new Error(`${precision} was not calibrated`);
  const { description: data, images } = calibration;
  const report = await reportCalibrated(fuseNetwork(graph), { seen, data, images });
  return { report, diagnostics: judgeRest(report, precision) };
}

/** How large numbers get in each block of a network that is computed in float16, whole or between quantisers, and what of them float16 cannot hold; nothing for other precisions. */
export async function checkRanges(
  network: TrainedNetwork,
  prepared: PreparedPrecision,
  options: CheckRangesOptions,
): Promise<CheckedRanges | undefined> {
  const { isNarrowFloat } = precisionRow(options.target.precision);
  // What the model computes in: its graph is float32 where the builder lowers it.
  if (!isNarrowFloat && !computesFloat16(prepared.pipeline)) return undefined;
  return await runPhase('ranges', options.listener, async () => {
    const check = isNarrowFloat ? observeRanges : recallRanges;
    const value = await check(network, prepared, options);
    const { blocks, data } = value.report;
    const largest = greatest(blocks.map((block) => block.largestActivation));
    return { value, detail: `activations up to ${largest.toPrecision(3)} with ${data}` };
  });
}

/** What a float16 engine computes that rounds every activation, by onnxruntime in float32; `input` has the form that the engine reads. */
export async function runEmulated(
  network: TrainedNetwork,
  { pipeline }: PreparedPrecision,
  input: Tensor,
  signal?: AbortSignal,
): Promise<Tensors> {
  const { graph } = runPasses(network.graph, passesFor({ ...pipeline, emulation: true }));
  return await withScratchEngine(graph, { optimization: 'all', signal }, (engine) =>
    engine.run({ [inputNameOf(graph)]: input }, signal),
  );
}
