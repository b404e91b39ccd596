import { isWritten, type Precision } from '../../../codegen/precisions.ts';
import { createDiagnostic, type Diagnostic, fail } from '../../../src/diagnostics/diagnostic.ts';
import { isGpuPrecision } from '../../gpu-precision.ts';
import { gpuNames } from './data/gpu-names.ts';
import { computeCapabilities, supportLines } from './data/gpus.ts';
import { imageCure, imageOf } from './images.ts';
import type { Release } from './release.ts';
import { orderOf, releaseLine } from './release-order.ts';

/** A GPU as far as planning goes. */
export interface Gpu {
  /** `Tesla T4`, as the driver names it. */
  readonly name: string;
  /** `7.5`. */
  readonly computeCapability: string;
}

/** What a GPU computes in; undefined: not established. */
export interface GpuAbilities {
  readonly fp32: true;
  readonly tf32: boolean | undefined;
  readonly fp16: boolean | undefined;
  readonly int8: boolean | undefined;
  readonly int8TensorCores: boolean | undefined;
  readonly fp8: boolean | undefined;
}

const lines = supportLines.map(({ from, to, supported }) => ({
  from: orderOf(from),
  to: orderOf(to),
  supported: new Map<string, boolean | null>(Object.entries(supported)),
}));

/** Support matrix of 10.1: compiled for 7.0 and higher; 10.0.1 refuses 6.1. */
const voltaAndLater = { from: 7, since: orderOf('10.0.0') };

/** The compute capability of a driver's model name, or undefined where the table has no such GPU. */
export function findComputeCapability(name: string): string | undefined {
  return gpuNames.find(([pattern]) => pattern.test(name))?.[1];
}

/** What people leave out of a name: `4090`, `rtx-4090`, `A6000`, `3080ti`. */
function spellings(text: string): readonly string[] {
  const spaced = text.trim().replaceAll(/[-_]+/g, ' ');
  const parted = spaced.replace(/(\d)(ti|super)\b/i, '$1 $2');
  return [text, parted, `RTX ${parted}`, `GTX ${parted}`];
}

/** A GPU from the name of its model, whole or in short; undefined where the table has no such GPU. */
export function findGpu(text: string): Gpu | undefined {
  for (const name of spellings(text)) {
    const computeCapability = findComputeCapability(name);
    const isWord = /^[a-z]+\d+[a-z]?$/.test(name);
    if (computeCapability) return { name: isWord ? name.toUpperCase() : name, computeCapability };
  }
  return undefined;
}

/** A GPU from what `--gpu` takes: a model name (`t4`, `Tesla V100`, `4090`) or a compute capability (`7.5`). Throws `tensorrt-gpu-unknown`. */
export function parseGpu(text: string): Gpu {
  if (/^\d+\.\d$/.test(text)) {
    return { name: `GPU of compute capability ${text}`, computeCapability: text };
  }
  return findGpu(text) ?? fail('tensorrt-gpu-unknown', { name: text });
}

export function abilitiesOf(gpu: Gpu): GpuAbilities {
  const row = Object.entries(computeCapabilities).find(([cc]) => cc === gpu.computeCapability);
  const facts: Partial<Record<keyof GpuAbilities, boolean | null>> = row ? row[1].precision : {};
  return {
    fp32: true,
    tf32: facts.tf32 ?? undefined,
    fp16: facts.fp16 ?? undefined,
    int8: facts.int8 ?? undefined,
    int8TensorCores: facts.int8TensorCores ?? undefined,
    fp8: isGpuPrecision('fp8', gpu.computeCapability),
  };
}

function isTooOld(gpu: Gpu, release: Release): boolean {
  return Number(gpu.computeCapability) < voltaAndLater.from && release.order >= voltaAndLater.since;
}

function supportIn(order: number, computeCapability: string): boolean | undefined {
  const line = lines.findLast(({ from }) => from <= order);
  return line?.supported.get(computeCapability) ?? undefined;
}

function lastSupported(computeCapability: string, before: number): string | undefined {
  const line = lines.findLast((l) => l.from <= before && l.supported.get(computeCapability));
  return line && releaseLine(line.to);
}

function firstSupported(computeCapability: string, after: number): string | undefined {
  const line = lines.find((l) => l.from > after && l.supported.get(computeCapability));
  return line && releaseLine(line.from);
}

/** The command that starts trtexec of a release from its image, where one is known for the GPU. */
function dockerOf(release: string | undefined, gpu: Gpu): { readonly docker?: string } {
  const image = release && imageOf(orderOf(release), gpu.computeCapability);
  return image ? { docker: imageCure(image) } : {};
}

/** Whether the release supports the GPU at all: an error with the release that does, a note where no source says, or nothing. */
export function checkSupport(gpu: Gpu, release: Release): Diagnostic[] {
  const facts = { gpu: gpu.name, cc: gpu.computeCapability, version: release.version };
  if (isTooOld(gpu, release)) return [createDiagnostic('tensorrt-gpu-too-old', facts)];
  const supported = supportIn(release.order, gpu.computeCapability);
  if (supported) return [];
  if (supported === undefined) return [createDiagnostic('tensorrt-gpu-unproven', facts)];
  const last = lastSupported(gpu.computeCapability, release.order);
  if (last) {
    const docker = dockerOf(last, gpu);
    return [createDiagnostic('tensorrt-gpu-dropped', { ...facts, last, ...docker })];
  }
  const first = firstSupported(gpu.computeCapability, release.order);
  return [
    createDiagnostic('tensorrt-gpu-too-new', {
      ...facts,
      first: first ?? '',
      ...dockerOf(first, gpu),
    }),
  ];
}

/** Whether the GPU computes in the precision, and what to expect where it only just does. */
export function checkPrecision(gpu: Gpu, precision: Precision): Diagnostic[] {
  // No recipe asks for what no graph is written in: who plans it is told so, whatever the GPU.
  if (!isWritten(precision)) return [];
  const abilities = abilitiesOf(gpu);
  const facts = { gpu: gpu.name, cc: gpu.computeCapability, precision };
  if (abilities[precision] === false) return [createDiagnostic('tensorrt-gpu-precision', facts)];
  if (abilities[precision] === undefined) {
    return [createDiagnostic('tensorrt-gpu-precision-unproven', facts)];
  }
  return precision === 'int8' && abilities.int8TensorCores === false
    ? [createDiagnostic('tensorrt-int8-without-tensor-cores', facts)]
    : [];
}
