import { expect, test } from 'vitest';
import { parseGpu } from '../../../../engines/tensorrt/planning/gpu.ts';
import { checkAbilities } from '../../../../engines/tensorrt/planning/gpu-options.ts';
import { tensorrtIntent } from '../../../../engines/tensorrt/planning/intent.ts';
import { resolveRelease } from '../../../../engines/tensorrt/planning/release.ts';

function messages(intent: Parameters<typeof tensorrtIntent>[0], gpu: string, release = '10.9') {
  const machine = { gpu: parseGpu(gpu), release: resolveRelease(release) };
  return checkAbilities(tensorrtIntent(intent), machine).map(({ message }) => message);
}

test('TF32 is of use from compute capability 8.0 on, in FP32 only', () => {
  expect(messages({ tf32: true }, 't4')).toEqual([
    'T4 (compute capability 7.5) has no TF32: --tf32 changes nothing here.',
  ]);
  expect(messages({ tf32: true }, '8.0')).toEqual([]);
  expect(messages({ tf32: true, precision: 'fp16' }, 't4')).toEqual([]);
  expect(messages({}, 't4')).toEqual([]);
});

test('sparse kernels exist from compute capability 8.0 on', () => {
  const warning =
    'T4 (compute capability 7.5) has no kernels for sparse weights: --sparsity gains nothing here.';
  for (const sparsity of ['enable', 'force'] as const) {
    expect(messages({ sparsity }, 't4')).toEqual([warning]);
    expect(messages({ sparsity }, '8.0')).toEqual([]);
  }
  expect(messages({ sparsity: 'disable' }, 't4')).toEqual([]);
});

test('engines for Ampere and later are built on them', () => {
  const hardwareCompatibility = 'ampere+';
  expect(messages({ hardwareCompatibility }, 't4')).toEqual([
    'T4 is compute capability 7.5: engines for --hardware-compatibility ampere+ need 8.0 or later.',
  ]);
  expect(messages({ hardwareCompatibility }, '8.0')).toEqual([]);
  expect(messages({ hardwareCompatibility }, '8.0', '8.6')).toEqual([]);
});

test('the level for one compute capability came with 10.9', () => {
  const hardwareCompatibility = 'same-compute-capability';
  expect(messages({ hardwareCompatibility }, 't4', '10.9')).toEqual([]);
  expect(messages({ hardwareCompatibility }, 't4', '11.1')).toEqual([]);
  expect(messages({ hardwareCompatibility }, 'a100', '10.8')).toEqual([
    'TensorRT 10.8.0 does not know the level same-compute-capability; 10.9 is the first that does.',
  ]);
});
