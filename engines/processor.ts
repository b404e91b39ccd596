import { arch, availableParallelism, cpus } from 'node:os';
import { readText } from '../src/io/open-file.ts';
import type { Device } from './engine.ts';

/** Instruction sets that decide which kernels onnxruntime takes, in the words of /proc/cpuinfo. */
const kernelFeatures = [
  ...['avx', 'avx2', 'fma', 'f16c', 'avx512f', 'avx512bw', 'avx_vnni', 'avx512_vnni', 'amx_int8'],
  ...['asimd', 'asimdhp', 'asimddp', 'i8mm', 'bf16', 'sve'],
];

/** Instruction sets with products of bfloat16. */
export const bfloat16Features = ['avx512_bf16', 'amx_bf16', 'avx_ne_convert', 'bf16'] as const;

/** The processor that engines are built for and run on. */
export interface Processor {
  /** As its maker calls it. */
  readonly name: string;
  readonly architecture: string;
  /** In the order of `kernelFeatures`; empty where the system does not tell. */
  readonly features: readonly string[];
  /** Whether it has instructions for bfloat16; undefined: the system does not tell. */
  readonly hasBfloat16: boolean | undefined;
  readonly logicalCores: number;
  /** Cores, not hardware threads, that this process may use: affinity and container limits are counted in. */
  readonly usableCores: number;
}

/** The files of Linux that tell about processors; a file that is missing is an empty text. */
export interface ProcessorFiles {
  /** /proc/cpuinfo */
  readonly cpuInfo: string;
  /** /proc/self/status */
  readonly status: string;
  /** cgroup 2: cpu.max, "QUOTA PERIOD" or "max PERIOD". */
  readonly cpuMax: string;
  /** cgroup 1: cpu.cfs_quota_us and cpu.cfs_period_us. */
  readonly cfsQuota: string;
  readonly cfsPeriod: string;
}

async function readIfThere(path: string): Promise<string> {
  return await readText(path, 'file').catch(() => '');
}

async function readProcessorFiles(): Promise<ProcessorFiles> {
  const [cpuInfo = '', status = '', cpuMax = '', cfsQuota = '', cfsPeriod = ''] = await Promise.all(
    [
      '/proc/cpuinfo',
      '/proc/self/status',
      '/sys/fs/cgroup/cpu.max',
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us',
    ].map(readIfThere),
  );
  return { cpuInfo, status, cpuMax, cfsQuota, cfsPeriod };
}

/** The value of `key: value` in a block of /proc text. */
function fieldOf(text: string, key: string): string | undefined {
  return new RegExp(`^${key}\\s*:[ \\t]*(.*)$`, 'm').exec(text)?.[1]?.trim();
}

/** "0-3,8" as a set of numbers. */
function parseCpuList(list: string): Set<number> {
  const ids = new Set<number>();
  for (const part of list.split(',')) {
    const [first = Number.NaN, last = first] = part.split('-').map(Number);
    for (let id = first; id <= last; id++) ids.add(id);
  }
  return ids;
}

/** Cores of the allowed processors; two hardware threads of a core count once. Undefined where the files do not tell. */
function countAllowedCores({ cpuInfo, status }: ProcessorFiles): number | undefined {
  const allowed = fieldOf(status, 'Cpus_allowed_list');
  const blocks = cpuInfo.split(/\n\s*\n/).filter((block) => fieldOf(block, 'processor'));
  if (!allowed || blocks.length === 0) return undefined;
  const ids = parseCpuList(allowed);
  const cores = blocks
    .filter((block) => ids.has(Number(fieldOf(block, 'processor'))))
    // Processors of ARM have no "core id": each is a core.
    .map(
      (block) =>
        `${fieldOf(block, 'physical id')}/${fieldOf(block, 'core id') ?? fieldOf(block, 'processor')}`,
    );
  return new Set(cores).size || undefined;
}

/** How many processors' worth of time a container may take; infinite where nothing limits it. */
function readQuota({ cpuMax, cfsQuota, cfsPeriod }: ProcessorFiles): number {
  const [quota = Number.NaN, period = Number.NaN] = cpuMax.trim()
    ? cpuMax.trim().split(/\s+/).map(Number)
    : [Number.parseInt(cfsQuota, 10), Number.parseInt(cfsPeriod, 10)];
  return quota > 0 && period > 0 ? quota / period : Number.POSITIVE_INFINITY;
}

/** How many cores this process may keep busy, at least 1. */
export function countUsableCores(files: ProcessorFiles, fallback: number): number {
  const cores = countAllowedCores(files) ?? fallback;
  return Math.max(1, Math.min(cores, Math.ceil(readQuota(files))));
}

/** Everything /proc/cpuinfo names: "flags" on x86, "Features" on ARM. */
function flagsOf(cpuInfo: string): ReadonlySet<string> {
  const flags = fieldOf(cpuInfo, 'flags') ?? fieldOf(cpuInfo, 'Features') ?? '';
  return new Set(flags.split(/\s+/).filter(Boolean));
}

/** Those of them that decide which kernels are taken. */
export function readFeatures(cpuInfo: string): string[] {
  const known = flagsOf(cpuInfo);
  return kernelFeatures.filter((feature) => known.has(feature));
}

/** Whether products of bfloat16 are among them; undefined where nothing is named. */
export function readBfloat16(cpuInfo: string): boolean | undefined {
  const known = flagsOf(cpuInfo);
  return known.size === 0 ? undefined : bfloat16Features.some((feature) => known.has(feature));
}

export async function describeProcessor(): Promise<Processor> {
  const files = await readProcessorFiles();
  return {
    name: cpus()[0]?.model.trim() ?? 'unknown processor',
    architecture: arch(),
    features: readFeatures(files.cpuInfo),
    hasBfloat16: readBfloat16(files.cpuInfo),
    logicalCores: cpus().length,
    usableCores: countUsableCores(files, availableParallelism()),
  };
}

/** 8-bit products are summed without saturation: VNNI on x86, dot products on ARM. */
export function hasInt8Dot({ features }: Processor): boolean {
  return features.some((feature) => feature.endsWith('vnni') || feature === 'asimddp');
}

/** What an optimised model depends on, in one line: where two processors share it, they share the model. */
export function kernelClassOf({ architecture, features, name }: Processor): string {
  return [architecture, ...(features.length > 0 ? features : [name])].join(' ');
}

export function deviceOf(processor: Processor): Device {
  const { name, architecture, features, logicalCores, usableCores } = processor;
  return {
    kind: 'cpu',
    name,
    details: { architecture, logicalCores, usableCores, features: features.join(' ') },
  };
}
