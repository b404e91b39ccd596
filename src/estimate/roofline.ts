/*
 * Time of a batch on a GPU:
 *
 *     fixed + batch · input bytes / copy + Σ kernels [ launch + hypot( flops / (E · peak · u · w), bytes / (B · bandwidth) ) ]
 *     u = min(1, batch · output elements / (128 · 128 · SMs))^g   where tensor cores compute, else 1: a small output leaves SMs idle
 *     w = windowed share for windows larger than 1×1 on tensor cores, else 1
 *
 * Pools have no launch term. Bytes are input, residual, weights and output at the precision; input bytes are float32.
 */
import { precisionRow, referencePrecision } from '../../codegen/precisions.ts';
import type { Precision } from '../../engines/engine.ts';
import type { EstimateConstants } from './constants.ts';
import type { Gpu, GpuName } from './gpus.ts';
import type { Kernel } from './kernels.ts';

/** What a batch is run on and how. */
export interface Setting {
  readonly gpu: Gpu & { readonly id: GpuName };
  readonly precision: Precision;
  readonly batch: number;
}

export interface KernelTime {
  readonly name: string;
  readonly launchMs: number;
  readonly computeMs: number;
  readonly memoryMs: number;
  readonly totalMs: number;
  /** The largest of the three. */
  readonly bound: 'launch' | 'compute' | 'memory';
}

const inputElementBytes = 4;
/** Output elements that one SM computes at a time in a full tile. */
const tileElements = 128 * 128;

type ComputeName = 'computeV100Fp32' | 'computeT4Fp32' | 'computeT4Fp16';

/** The fitted table that stands for each setting; other GPUs take T4's, INT8 takes FP16's. */
function computeName(gpu: GpuName, precision: Precision): ComputeName {
  if (precision !== referencePrecision) return 'computeT4Fp16';
  return gpu === 'v100' ? 'computeV100Fp32' : 'computeT4Fp32';
}

function peakFlopsPerMs(gpu: Gpu, precision: Precision): number {
  const tflops = gpu.peakTflops[precision];
  if (tflops === undefined) throw new Error(`${gpu.name} has no ${precision} rate`);
  return tflops * 1e9;
}

function computeRate(kernel: Kernel, setting: Setting, constants: EstimateConstants): number {
  const { gpu, precision, batch } = setting;
  const share = constants[computeName(gpu.id, precision)];
  const rate = share * peakFlopsPerMs(gpu, precision);
  if (precision === referencePrecision) return rate;
  const fill = Math.min(1, (batch * kernel.outputElements) / (tileElements * gpu.sms));
  return rate * fill ** constants.occupancyExponent * (kernel.windowed ? constants.windowed : 1);
}

function boundOf(times: { launch: number; compute: number; memory: number }): KernelTime['bound'] {
  if (times.launch >= Math.max(times.compute, times.memory)) return 'launch';
  return times.compute >= times.memory ? 'compute' : 'memory';
}

export function kernelTime(
  kernel: Kernel,
  setting: Setting,
  constants: EstimateConstants,
): KernelTime {
  const { gpu, precision, batch } = setting;
  const launch = kernel.kind === 'pool' ? 0 : constants.launchMs;
  const compute = (batch * kernel.flops) / computeRate(kernel, setting, constants);
  const bytes =
    precisionRow(precision).bytesPerWeight *
    (batch * kernel.activationElements + kernel.weightElements);
  const bandwidth = gpu.id === 'v100' ? constants.bandwidthV100 : constants.bandwidthT4;
  const memory = bytes / (bandwidth * gpu.bandwidthGBps * 1e6);
  return {
    name: kernel.name,
    launchMs: launch,
    computeMs: compute,
    memoryMs: memory,
    totalMs: launch + Math.hypot(compute, memory),
    bound: boundOf({ launch, compute, memory }),
  };
}

/** What does not depend on the kernels: a fixed share and one that grows with the pictures; `inputElements` are those of one picture. */
export function overheadMs(
  inputElements: number,
  batch: number,
  constants: EstimateConstants,
): number {
  const bytes = batch * inputElements * inputElementBytes;
  return constants.fixedMs + bytes / (constants.copyGBps * 1e6);
}

/** Milliseconds of a batch. */
export function latencyOf(
  network: { readonly kernels: readonly Kernel[]; readonly inputElements: number },
  setting: Setting,
  constants: EstimateConstants,
): number {
  return network.kernels.reduce(
    (sum, kernel) => sum + kernelTime(kernel, setting, constants).totalMs,
    overheadMs(network.inputElements, setting.batch, constants),
  );
}
