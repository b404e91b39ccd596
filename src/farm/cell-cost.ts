import type { Graph } from '../../codegen/ir/graph.ts';
import type { Precision } from '../../codegen/precisions.ts';
import type { TimingLimits } from '../../engines/target.ts';
import { groupBy } from '../collections/group-by.ts';
import { estimateLatency } from '../estimate/estimate.ts';
import { gpus, isGpuName } from '../estimate/gpus.ts';
import type { Cell } from './cell.ts';
import type { Judgement } from './judgement.ts';

/** Until one was seen on the GPU class: the order of magnitude of a residual network's build. */
const assumedBuildS = 90;

/** Start of trtexec, reading the engine, copying; for the run whose outputs are verified and for the one that is timed. */
const overheadS = 10;

/** What earlier builds took. */
export interface BuildHistory {
  /** Seconds of a build, of the same model where there was one, else of the same GPU class and precision. */
  buildS(model: string, precision: Precision, gpu: string): number | undefined;
}

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

/** The builds of judged attempts, by the cells that they are of. */
export function buildHistory(
  cells: readonly Cell[],
  judgements: Iterable<Judgement>,
): BuildHistory {
  const byKey = new Map(cells.map((cell) => [cell.key, cell]));
  const builds = [...judgements].flatMap(({ key, buildsS = [] }) => {
    const cell = byKey.get(key);
    return cell ? buildsS.map((seconds) => ({ ...cell, seconds })) : [];
  });
  const ofKind = groupBy(builds, ({ precision, gpu }) => `${precision} ${gpu}`);
  const ofModel = groupBy(builds, ({ model, precision, gpu }) => `${precision} ${gpu} ${model}`);
  return {
    buildS(model, precision, gpu) {
      const kind = `${precision} ${gpu}`;
      const found = ofModel.get(`${kind} ${model}`) ?? ofKind.get(kind);
      return found && mean(found.map(({ seconds }) => seconds));
    },
  };
}

/** Whether `rcc estimate` has figures of a GPU and a precision. */
function isEstimated({ gpu, precision }: Pick<CostRequest, 'gpu' | 'precision'>): boolean {
  return isGpuName(gpu) && gpus[gpu].peakTflops[precision as 'fp32'] !== undefined;
}

/** Milliseconds by `rcc estimate`; 0 for a GPU or a precision that it has no figures of: the least time of a timing decides there. */
function latencyMs({ graph, gpu, precision }: CostRequest, batch: number): number {
  const request = { gpu, precision, batch };
  return isEstimated(request) ? estimateLatency(graph, request).latencyMs : 0;
}

export interface CostRequest {
  readonly model: string;
  readonly graph: Graph;
  readonly precision: Precision;
  readonly gpu: string;
  readonly batches: readonly number[];
  /** One engine for all batches. */
  readonly isOneBuild: boolean;
  readonly timing: TimingLimits;
  readonly history: BuildHistory;
}

export interface CellCost {
  readonly minutes: number;
  /** Whether its builds were seen on this GPU class before. */
  readonly isSeen: boolean;
}

/** GPU-minutes of a cell: builds, and for each batch a run and a timing. */
export function cellCost(request: CostRequest): CellCost {
  const { model, precision, gpu, batches, isOneBuild, timing, history } = request;
  const seen = history.buildS(model, precision, gpu);
  const builds = (isOneBuild ? 1 : batches.length) * (seen ?? assumedBuildS);
  const timings = batches.map((batch) => {
    const runsMs =
      timing.minIterations * latencyMs({ ...request, gpu: request.gpu.toLowerCase() }, batch);
    return (timing.warmUpMs + Math.max(timing.durationMs, runsMs)) / 1000 + overheadS;
  });
  const seconds = timings.reduce((sum, one) => sum + one, builds);
  return { minutes: Math.round((seconds / 60) * 10) / 10, isSeen: seen !== undefined };
}

/** Enough for a slow node: the least that a task is given, and so many times what it is expected to take. */
export const limitFor = (minutes: number): number => Math.max(10, Math.ceil(minutes * 4));
