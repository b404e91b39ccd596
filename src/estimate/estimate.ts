import type { Graph } from '../../codegen/ir/graph.ts';
import { elementCount } from '../../codegen/ir/types.ts';
import type { Precision } from '../../engines/engine.ts';
import { findGpu } from '../../engines/tensorrt/planning/gpu.ts';
import { greatest } from '../collections/extremes.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { findNearest } from '../diagnostics/nearest.ts';
import type { BandFactors } from './constants.ts';
import { fit } from './fitted.ts';
import { type Gpu, type GpuName, gpus, isGpuName } from './gpus.ts';
import { type Kernel, kernelsOf } from './kernels.ts';
import { type KernelTime, kernelTime, overheadMs, type Setting } from './roofline.ts';
import { type UnfittedStep, unfittedSteps, unfittedTitle } from './unfitted-steps.ts';

export interface EstimateRequest {
  /** As given to `--gpu`, in any case. */
  readonly gpu: string;
  readonly precision: Precision;
  readonly batch: number;
}

/** A predicted latency of one batch. Never a measurement: show it with its band and with `extrapolated`. */
export interface Estimate {
  readonly gpu: GpuName;
  readonly gpuName: string;
  readonly precision: Precision;
  readonly batch: number;
  readonly latencyMs: number;
  /** Lower and upper bound: 90 % of held-out cells lie inside; where extrapolated, the worst case seen when such cells were left out. */
  readonly bandMs: readonly [number, number];
  readonly imagesPerSecond: number;
  /** Why the figure goes beyond what was fitted, one sentence each; empty where it does not. */
  readonly extrapolated: readonly string[];
  /** What no kernel accounts for: a fixed share and the copy of the pictures. */
  readonly overheadMs: number;
  readonly kernels: readonly KernelTime[];
}

/** The GPU of a name, in any case. Throws DiagnosticError `unknown-gpu`, and `gpu-not-estimated` for one without figures. */
export function gpuNamed(name: string): Gpu & { readonly id: GpuName } {
  const id = name
    .toLowerCase()
    .replaceAll(/\b(?:nvidia|tesla)\b/g, '')
    .trim();
  if (isGpuName(id)) return { ...gpus[id], id };
  const known = Object.keys(gpus);
  const other = findGpu(name);
  if (other) return fail('gpu-not-estimated', { gpu: other.name, known });
  return fail('unknown-gpu', { name, known, nearest: findNearest(name, known) });
}

/** Throws DiagnosticError `unknown-gpu`, `gpu-not-estimated` or `precision-not-on-gpu`. */
function settingOf({ gpu: name, precision, batch }: EstimateRequest): Setting {
  const gpu = gpuNamed(name);
  if (gpu.peakTflops[precision] === undefined) {
    const precisions = Object.keys(gpu.peakTflops);
    return fail('precision-not-on-gpu', { gpu: gpu.name, precision, known: precisions });
  }
  return { gpu, precision, batch };
}

interface Extrapolation {
  readonly kind: keyof Omit<BandFactors, 'fitted'>;
  /** Of steps, their own; else that of the kind. */
  readonly factor?: number;
  readonly sentence: string;
}

const list = (values: readonly (string | number)[]): string => values.join(', ');

function settingExtrapolations({ gpu, precision, batch }: Setting): readonly Extrapolation[] {
  const found: Extrapolation[] = [];
  const gpuTables = fit.tables.filter((table) => table.startsWith(`${gpu.id} `));
  if (gpuTables.length === 0) {
    const sentence = `${gpu.name} was not fitted: its data sheet stands in, with the constants of T4.`;
    found.push({ kind: 'gpu', sentence });
  }
  if (!fit.tables.some((table) => table.endsWith(` ${precision}`))) {
    const sentence = `${precision} was not fitted: the constants of fp16 stand in.`;
    found.push({ kind: 'precision', sentence });
  } else if (gpuTables.length > 0 && !gpuTables.includes(`${gpu.id} ${precision}`)) {
    const sentence = `${precision} was not fitted on ${gpu.name}: the constants of T4 stand in.`;
    found.push({ kind: 'precision', sentence });
  }
  if (!fit.batches.includes(batch)) {
    const sentence = `Batch ${batch} was not fitted: batches ${list(fit.batches)} were.`;
    found.push({ kind: 'batch', sentence });
  }
  return found;
}

/** A step of which nothing was published has the band of the worst that was. */
function stepFactor(step: UnfittedStep): number {
  const { steps } = fit.band;
  return steps[step] ?? greatest(Object.values(steps));
}

function stepExtrapolations(graph: Graph): readonly Extrapolation[] {
  const steps = unfittedSteps(graph);
  if (steps.length === 0) return [];
  const titles = steps.map(unfittedTitle);
  const sentence = `No fitted network has ${list(titles)}, whose cost beyond MACs and bytes is not known.`;
  return [{ kind: 'steps', factor: greatest(steps.map(stepFactor)), sentence }];
}

function networkExtrapolations(kernels: readonly Kernel[], sides: readonly number[]) {
  const macs = kernels.reduce((sum, { flops }) => sum + flops, 0) / 2;
  const giga = (value: number): string => (value / 1e9).toFixed(2);
  const found: Extrapolation[] = [];
  if (macs < fit.macs[0] || macs > fit.macs[1]) {
    const sentence = `The network has ${giga(macs)} G MACs a picture: ${giga(fit.macs[0])} to ${giga(fit.macs[1])} were fitted.`;
    found.push({ kind: 'network', sentence });
  }
  if (sides.some((side) => side < fit.sides[0] || side > fit.sides[1])) {
    const sentence = `Pictures of ${sides.join('×')} pixels were not fitted: sides of ${fit.sides.join(' to ')} were.`;
    found.push({ kind: 'network', sentence });
  }
  return found;
}

/** Fitted settings have the band of held-out cells; each kind of extrapolation multiplies the worst factor seen for its kind. */
function bandFactor(extrapolations: readonly Extrapolation[]): number {
  if (extrapolations.length === 0) return fit.band.fitted;
  const factors = extrapolations.map(({ kind, factor }): readonly [string, number] => [
    kind,
    kind === 'steps' ? (factor ?? 1) : fit.band[kind],
  ]);
  return [...new Map(factors).values()].reduce((product, factor) => product * factor, 1);
}

/**
 * Predicts the latency of a network from its kernels (docs/estimate.md has the form and its errors); no GPU is needed. The graph may be the one as trained or
 * any pass's. Throws DiagnosticError `unknown-gpu`, `gpu-not-estimated` or `precision-not-on-gpu`.
 */
export function estimateLatency(graph: Graph, request: EstimateRequest): Estimate {
  const setting = settingOf(request);
  const input = graph.inputs[0];
  if (!input) throw new Error(`${graph.name} has no input`);
  const kernels = kernelsOf(graph);
  const times = kernels.map((kernel) => kernelTime(kernel, setting, fit.constants));
  const overhead = overheadMs(
    elementCount(['N', ...input.type.shape.slice(1)]),
    setting.batch,
    fit.constants,
  );
  const latencyMs = times.reduce((sum, { totalMs }) => sum + totalMs, overhead);
  const extrapolations = [
    ...settingExtrapolations(setting),
    ...networkExtrapolations(kernels, input.type.shape.slice(2).map(Number)),
    ...stepExtrapolations(graph),
  ];
  const factor = bandFactor(extrapolations);
  return {
    gpu: setting.gpu.id,
    gpuName: setting.gpu.name,
    precision: setting.precision,
    batch: setting.batch,
    latencyMs,
    bandMs: [latencyMs / factor, latencyMs * factor],
    imagesPerSecond: (1000 * setting.batch) / latencyMs,
    extrapolated: extrapolations.map(({ sentence }) => sentence),
    overheadMs: overhead,
    kernels: times,
  };
}
