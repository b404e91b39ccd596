import type { Precision } from '../../engines/engine.ts';

/** A GPU's data-sheet figures: boost clock, dense, tensor cores where they have the precision. */
export interface Gpu {
  readonly name: string;
  /** Trillions of operations a second; absent where the GPU has no fast path for the precision. */
  readonly peakTflops: Readonly<Partial<Record<Precision, number>>>;
  readonly bandwidthGBps: number;
  /** Streaming multiprocessors. */
  readonly sms: number;
  readonly source: string;
}

/** GPUs an estimate can be asked for, by the name of `--gpu`. Constants are fitted for t4 and v100 only. */
export const gpus = {
  t4: {
    name: 'T4',
    peakTflops: { fp32: 8.1, fp16: 65, int8: 130 },
    bandwidthGBps: 320,
    sms: 40,
    source: 'NVIDIA T4 data sheet (2019)',
  },
  v100: {
    name: 'V100',
    peakTflops: { fp32: 15.7, fp16: 125 },
    bandwidthGBps: 900,
    sms: 80,
    source: 'NVIDIA V100 data sheet (SXM2, 2020)',
  },
  l4: {
    name: 'L4',
    peakTflops: { fp32: 30.3, fp16: 121, int8: 242 },
    bandwidthGBps: 300,
    sms: 58,
    source: 'NVIDIA L4 data sheet (2023)',
  },
  a10: {
    name: 'A10',
    peakTflops: { fp32: 31.2, fp16: 125, int8: 250 },
    bandwidthGBps: 600,
    sms: 72,
    source: 'NVIDIA A10 data sheet (2021)',
  },
  a100: {
    name: 'A100',
    peakTflops: { fp32: 19.5, fp16: 312, int8: 624 },
    bandwidthGBps: 1555,
    sms: 108,
    source: 'NVIDIA A100 40GB data sheet (2021)',
  },
} as const satisfies Record<string, Gpu>;

export type GpuName = keyof typeof gpus;

export function isGpuName(name: string): name is GpuName {
  return Object.hasOwn(gpus, name);
}
