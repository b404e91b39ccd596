import { describe, expect, test } from 'vitest';
import {
  abilitiesOf,
  checkPrecision,
  checkSupport,
  parseGpu,
} from '../../../../engines/tensorrt/planning/gpu.ts';
import {
  resolveRelease,
  supportedReleases,
} from '../../../../engines/tensorrt/planning/release.ts';
import { diagnosticsOf } from '../helpers.ts';

describe('names', () => {
  test.each([
    ['t4', 'T4', '7.5'],
    ['Tesla T4', 'Tesla T4', '7.5'],
    ['v100', 'V100', '7.0'],
    ['Tesla V100-SXM2-16GB', 'Tesla V100-SXM2-16GB', '7.0'],
    ['NVIDIA A100-SXM4-80GB', 'NVIDIA A100-SXM4-80GB', '8.0'],
    ['NVIDIA A10', 'NVIDIA A10', '8.6'],
    ['NVIDIA GeForce RTX 3090', 'NVIDIA GeForce RTX 3090', '8.6'],
    ['NVIDIA RTX A6000', 'NVIDIA RTX A6000', '8.6'],
    ['NVIDIA L4', 'NVIDIA L4', '8.9'],
    ['rtx4090', 'RTX4090', '8.9'],
    ['NVIDIA RTX 6000 Ada Generation', 'NVIDIA RTX 6000 Ada Generation', '8.9'],
    ['NVIDIA H100 80GB HBM3', 'NVIDIA H100 80GB HBM3', '9.0'],
    ['NVIDIA B200', 'NVIDIA B200', '10.0'],
    ['NVIDIA GeForce RTX 5090', 'NVIDIA GeForce RTX 5090', '12.0'],
    ['Quadro RTX 6000', 'Quadro RTX 6000', '7.5'],
    ['Orin', 'Orin', '8.7'],
  ])('%s', (text, name, computeCapability) => {
    expect(parseGpu(text)).toEqual({ name, computeCapability });
  });

  test('a compute capability stands for any GPU of it', () => {
    expect(parseGpu('7.5')).toEqual({
      name: 'GPU of compute capability 7.5',
      computeCapability: '7.5',
    });
    expect(parseGpu('10.0').computeCapability).toBe('10.0');
  });

  test.each(['x7.5', '7.5x', '7.55', '7.', '.5'])('%s is no compute capability', async (text) => {
    const [diagnostic] = await diagnosticsOf((async () => parseGpu(text))());
    expect(diagnostic?.message).toBe(`rcc does not know the compute capability of '${text}'.`);
  });

  test.each([
    ['t4g', 'T4G'],
    ['rtx 4090', 'rtx 4090'],
    ['geforce rtx4090', 'geforce rtx4090'],
    ['t4 ', 't4 '],
    ['T4', 'T4'],
    ['RTX4090', 'RTX4090'],
    ['4090', 'RTX 4090'],
    ['1080', 'GTX 1080'],
    ['A6000', 'RTX A6000'],
    ['rtx-4090', 'rtx 4090'],
    ['3080ti', 'RTX 3080 ti'],
    ['tesla_t4', 'tesla t4'],
  ])('%j is shown as %j', (text, name) => {
    expect(parseGpu(text).name).toBe(name);
  });

  test('an unknown name is refused with a way out', async () => {
    const [diagnostic] = await diagnosticsOf((async () => parseGpu('T5'))());
    expect(diagnostic?.code).toBe('tensorrt-gpu-unknown');
    expect(diagnostic?.hint).toContain('--gpu 7.5');
  });
});

function verdict(gpu: string, release: string): string {
  return checkSupport(parseGpu(gpu), resolveRelease(release))[0]?.message ?? 'supported';
}

describe('support', () => {
  test('V100 ends with 10.4', () => {
    const sentence =
      'V100 is compute capability 7.0: TensorRT 10.4 is the last release that supports it.';
    const refusing = supportedReleases.filter((release) => verdict('v100', release) === sentence);
    const taking = supportedReleases.filter((release) => verdict('v100', release) === 'supported');
    expect(taking.at(-1)).toBe('10.4.0');
    expect(refusing[0]).toBe('10.5.0');
    expect([...taking, ...refusing]).toEqual(supportedReleases);
    expect(verdict('v100', '11.5')).toBe(sentence);
  });

  // apache/beam#33078: three engines on a Tesla T4 with 11.0.0.114.
  test('T4 up to 11.1; what no source says of later ones is a note', () => {
    expect(verdict('t4', '8.5')).toBe('supported');
    expect(verdict('t4', '10.16')).toBe('supported');
    expect(verdict('t4', '11.0')).toBe('supported');
    expect(verdict('t4', '11.1')).toBe('supported');
    expect(verdict('t4', '11.3')).toContain('No source says');
  });

  test('a GPU that is too young names the first release', () => {
    expect(verdict('RTX 5090', '10.7')).toBe(
      'RTX 5090 is compute capability 12.0: TensorRT 10.8 is the first release that supports it.',
    );
    expect(verdict('RTX 5090', '10.8')).toBe('supported');
  });

  test('a GPU that is too old', () => {
    expect(verdict('GTX 1080', '10.0')).toBe(
      'GTX 1080 is compute capability 6.1: TensorRT 10.0.1 needs 7.0 or later.',
    );
    expect(verdict('GTX 1080', '10.0.0')).toBe(
      'GTX 1080 is compute capability 6.1: TensorRT 10.0.0 needs 7.0 or later.',
    );
    expect(verdict('GTX 1080', '8.6')).toContain('No source says');
    expect(verdict('GTX 1080', '9.3')).toContain('No source says');
  });

  test.each([
    ['B200', '10.7', 'TensorRT 10.8 is the first release that supports it.'],
    ['L4', '8.5.1', 'supported'],
    ['H100', '9.3', 'No source says whether TensorRT 9.3.0 supports H100'],
    ['H100', '10.0.0', 'supported'],
  ])('%s on %s: %s', (gpu, release, words) => {
    expect(verdict(gpu, release)).toContain(words);
  });
});

describe('precisions', () => {
  const codes = (gpu: string, precision: 'fp32' | 'fp16' | 'int8') =>
    checkPrecision(parseGpu(gpu), precision).map(({ code }) => code);

  test('INT8 on a V100 is refused', () => {
    const [refusal] = checkPrecision(parseGpu('v100'), 'int8');
    expect(refusal).toMatchObject({
      code: 'tensorrt-int8-without-tensor-cores',
      severity: 'error',
    });
    expect(codes('t4', 'int8')).toEqual([]);
  });

  test.each([
    ['7.0', { tf32: false, fp16: true, int8TensorCores: false }],
    ['7.5', { tf32: false, fp16: true, int8: true, int8TensorCores: true }],
    ['8.0', { tf32: true, fp16: true, int8: true, int8TensorCores: true }],
    ['9.9', { tf32: undefined, fp16: undefined, int8: undefined, int8TensorCores: undefined }],
  ])('of %s are %j', (gpu, abilities) => {
    expect(abilitiesOf(parseGpu(gpu))).toMatchObject(abilities);
  });

  test('what no source says is a note', () => {
    expect(codes('NVIDIA B200', 'int8')).toEqual(['tensorrt-gpu-precision-unproven']);
    expect(codes('8.7', 'fp16')).toEqual(['tensorrt-gpu-precision-unproven']);
    expect(codes('8.7', 'fp32')).toEqual([]);
  });
});
