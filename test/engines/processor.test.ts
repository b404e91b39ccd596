import { availableParallelism, cpus } from 'node:os';
import { describe, expect, it } from 'vitest';
import {
  countUsableCores,
  describeProcessor,
  deviceOf,
  hasInt8Dot,
  kernelClassOf,
  type Processor,
  type ProcessorFiles,
  readBfloat16,
  readFeatures,
} from '../../engines/processor.ts';

/** A socket of 4 cores with 2 hardware threads each, as Linux numbers them. */
const x86Info = Array.from({ length: 8 }, (_, i) =>
  [
    `processor\t: ${i}`,
    'model name\t: Some CPU',
    'physical id\t: 0',
    `core id\t\t: ${i % 4}`,
    'flags\t\t: fpu avx avx2 fma avx512f avx512_vnni',
  ].join('\n'),
).join('\n\n');
const armInfo = Array.from(
  { length: 4 },
  (_, i) => `processor\t: ${i}\nFeatures\t: fp asimd asimddp i8mm`,
).join('\n\n');

const files = (overrides: Partial<ProcessorFiles> = {}): ProcessorFiles => ({
  cpuInfo: x86Info,
  status: 'Name:\tnode\nCpus_allowed_list:\t0-7\n',
  cpuMax: '',
  cfsQuota: '',
  cfsPeriod: '',
  ...overrides,
});

describe('countUsableCores', () => {
  it.each<[string, Partial<ProcessorFiles>, number]>([
    ['cores, not hardware threads', {}, 4],
    ['cores of the affinity', { status: 'Cpus_allowed_list:\t0-1,5\n' }, 2],
    [
      'both sockets',
      {
        cpuInfo: `${x86Info}\n\n${x86Info.replaceAll('physical id\t: 0', 'physical id\t: 1').replace(/processor\t: (\d)/g, (_, i) => `processor\t: 1${i}`)}`,
        status: 'Cpus_allowed_list:\t0-7,10-17\n',
      },
      8,
    ],
    ['a container’s quota', { cpuMax: '150000 100000\n' }, 2],
    ['a quota under one core', { cpuMax: '50000 100000\n' }, 1],
    ['no quota', { cpuMax: 'max 100000\n' }, 4],
    ['an old container’s quota', { cfsQuota: '200000\n', cfsPeriod: '100000\n' }, 2],
    ['an old container without quota', { cfsQuota: '-1\n', cfsPeriod: '100000\n' }, 4],
    ['every processor of ARM', { cpuInfo: armInfo }, 4],
    ['the fallback without Linux', { cpuInfo: '', status: '' }, 12],
    [
      'the fallback in an unreadable text',
      { cpuInfo: 'processor : x', status: 'Cpus_allowed_list:\t\n' },
      12,
    ],
  ])('counts %s', (_, overrides, expected) => {
    expect(countUsableCores(files(overrides), 12)).toBe(expected);
  });
});

describe('a processor', () => {
  const processor = (features: string[]): Processor => ({
    name: 'Some CPU',
    architecture: 'x64',
    features,
    hasBfloat16: false,
    logicalCores: 8,
    usableCores: 4,
  });

  it('is known to compute in bfloat16, or not to, or nothing is known', () => {
    expect(readBfloat16('flags : avx512f avx512_bf16')).toBe(true);
    expect(readBfloat16('flags : avx2 amx_bf16')).toBe(true);
    expect(readBfloat16(x86Info)).toBe(false);
    expect(readBfloat16('')).toBeUndefined();
  });

  it('has the features of its cpuinfo that decide kernels', () => {
    expect(readFeatures(x86Info)).toEqual(['avx', 'avx2', 'fma', 'avx512f', 'avx512_vnni']);
    expect(readFeatures(armInfo)).toEqual(['asimd', 'asimddp', 'i8mm']);
    expect(readFeatures('')).toEqual([]);
  });

  it('sums int8 products exactly with VNNI or dot products', () => {
    expect(hasInt8Dot(processor(['avx2', 'avx_vnni']))).toBe(true);
    expect(hasInt8Dot(processor(['avx512f', 'avx512_vnni']))).toBe(true);
    expect(hasInt8Dot(processor(['asimd', 'asimddp']))).toBe(true);
    expect(hasInt8Dot(processor(['avx', 'avx2', 'avx512f']))).toBe(false);
  });

  it('is told apart by features, or by its name where they are unknown', () => {
    expect(kernelClassOf(processor(['avx', 'avx2']))).toBe('x64 avx avx2');
    expect(kernelClassOf(processor([]))).toBe('x64 Some CPU');
  });

  it('is described as a device', async () => {
    const here = await describeProcessor();
    expect(here.usableCores).toBeGreaterThanOrEqual(1);
    expect(here.usableCores).toBeLessThanOrEqual(Math.max(availableParallelism(), cpus().length));
    expect(deviceOf(here)).toMatchObject({ kind: 'cpu', name: cpus()[0]?.model.trim() });
  });
});
