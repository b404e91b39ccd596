import type { MeasureRequest } from '../../engine.ts';
import { judgeStability, type StabilityLimits } from '../../stability.ts';
import type { TrtexecReport } from '../logs/report.ts';
import type { TensorrtIntent } from '../planning/intent.ts';
import { type GpuConditions, judgeConditions } from './clock-watch.ts';
import { type QueryTimes, readTimes } from './export-times.ts';
import type { TimedRun } from './measurement.ts';

function limitsOf(
  { stableVariation }: Pick<TensorrtIntent, 'stableVariation'>,
  { minIterations }: Pick<MeasureRequest, 'minIterations'>,
): StabilityLimits {
  // A GPU that is left alone repeats itself closely; what else the host does hardly reaches its compute times.
  return {
    minIterations: Math.min(minIterations, 30),
    spread: stableVariation,
    drift: stableVariation,
    tail: 2,
    otherLoad: 1,
  };
}

function judge(
  limits: StabilityLimits,
  { report, times, conditions }: Pick<TimedRun, 'report' | 'times' | 'conditions'>,
): Pick<TimedRun, 'isSteady' | 'stable' | 'repeatable' | 'warnings'> {
  const state = judgeConditions(conditions);
  const untimed = times
    ? []
    : ['Times of single runs are missing: whether they are steady is not known.'];
  const broken = times?.unreadable ? [`${times.unreadable} runs have no readable time.`] : [];
  const judged = times
    ? judgeStability([...times.computeMs], limits)
    : { stable: false, warnings: [] };
  const warnings = [...judged.warnings, ...state.warnings, ...untimed, ...broken, ...report.doubts];
  return {
    isSteady: judged.stable,
    stable: judged.stable && state.steady,
    repeatable: state.told,
    warnings,
  };
}

async function readTimesIfWhole(path: string): Promise<QueryTimes | undefined> {
  const times = await readTimes(path).catch(() => undefined);
  return times?.whole && times.computeMs.length > 0 ? times : undefined;
}

/** What a run of trtexec that was timed has left. */
export interface TimingFiles {
  readonly report: TrtexecReport;
  /** File of `--exportTimes`; where it is not whole, the report's summary serves. */
  readonly timesPath: string;
  /** Undefined: nobody watched the GPU. */
  readonly conditions: GpuConditions | undefined;
}

/** Judges a run of trtexec by its times and by the state of the GPU meanwhile, wherever it ran. */
export async function judgeTiming(
  intent: Pick<TensorrtIntent, 'stableVariation'>,
  request: Pick<MeasureRequest, 'minIterations'>,
  { report, timesPath, conditions }: TimingFiles,
): Promise<TimedRun> {
  const timed = { report, times: await readTimesIfWhole(timesPath), conditions };
  return { ...timed, ...judge(limitsOf(intent, request), timed) };
}
