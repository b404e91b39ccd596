import { noLayer } from '../../codegen/passes/layer-filter.ts';
import { runPasses } from '../../codegen/passes/pass.ts';
import { type GraphPrecision, passesFor } from '../../codegen/passes/pipeline.ts';
import type { Tensor } from '../../engines/engine.ts';
import { withScratchEngine } from '../../engines/onnxruntime/scratch-engine.ts';
import { type CalibrationData, createNoiseData } from '../calibration/data.ts';
import { fuseNetwork, networkInput } from '../calibration/observe.ts';
import { openCalibrationData, recognizeSource } from '../calibration/open-data.ts';
import { judgeRanges, type RangeReport, reportRanges } from '../calibration/range-report.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Spec } from '../language/spec.ts';
import { type CompileListener, runPhase } from './phases.ts';
import type { PrecisionOptions, PreparedPrecision } from './precision.ts';
import type { TrainedNetwork } from './trained-network.ts';
import { endsOf, pick } from './unfolded.ts';

export interface CheckRangesOptions extends Pick<PrecisionOptions, 'calibrate'> {
  /** What the model computes in: its graph is float32 where the builder lowers it. */
  readonly precision: GraphPrecision;
  readonly listener?: CompileListener;
  readonly signal?: AbortSignal;
}

/** Pictures that show how large numbers get: the first few show nearly all of it. */
const rangeImages = 16;
const noiseImages = 2;

async function openData(
  spec: Spec,
  input: Parameters<typeof createNoiseData>[0],
  path: string | undefined,
): Promise<CalibrationData> {
  const source = path === undefined ? 'calibration' : await recognizeSource(path);
  if (path === undefined || source === 'calibration') return createNoiseData(input, noiseImages);
  return await openCalibrationData(path, source, { spec, input, images: rangeImages });
}

/** How large numbers get in each block of a network that is computed in float16, and what of them float16 cannot hold; nothing for other precisions. */
export async function checkRanges(
  network: TrainedNetwork,
  { pipeline }: PreparedPrecision,
  { precision, calibrate, listener, signal }: CheckRangesOptions,
): Promise<
  { readonly report: RangeReport; readonly diagnostics: readonly Diagnostic[] } | undefined
> {
  if (precision !== 'fp16') return undefined;
  return await runPhase('ranges', listener, async () => {
    const fused = fuseNetwork(network.graph);
    const data = await openData(network.spec, networkInput(fused).type, calibrate);
    try {
      const { keepFp32 = noLayer } = pipeline;
      const report = await reportRanges(fused, data, { keepFp32, signal });
      const largest = Math.max(...report.blocks.map((block) => block.largestActivation));
      const detail = `activations up to ${largest.toPrecision(3)} with ${data.description}`;
      return { value: { report, diagnostics: judgeRanges(report) }, detail };
    } finally {
      await data.close();
    }
  });
}

/** What a float16 engine computes that rounds every activation, by onnxruntime in float32; `input` has the form that the engine reads. */
export async function runEmulated(
  network: TrainedNetwork,
  { pipeline }: PreparedPrecision,
  input: Tensor,
  signal?: AbortSignal,
): Promise<Tensor> {
  const { graph } = runPasses(network.graph, passesFor({ ...pipeline, emulation: true }));
  const ends = endsOf(graph);
  return await withScratchEngine(graph, { optimization: 'all', signal }, async (engine) =>
    pick(await engine.run({ [ends.input]: input }, signal), ends.output),
  );
}
