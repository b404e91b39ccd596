import { expect, it } from 'vitest';
import { precisionNames } from '../../codegen/precisions.ts';
import { requireGpuPrecision, requireProcessorPrecision } from '../../engines/gpu-precision.ts';
import { onnxTarget } from '../../engines/onnx/target.ts';
import { onnxruntimeTarget } from '../../engines/onnxruntime/target.ts';
import { gpuNames } from '../../engines/tensorrt/planning/data/gpu-names.ts';
import { computeCapabilities as planned } from '../../engines/tensorrt/planning/data/gpus.ts';
import { checkPrecision } from '../../engines/tensorrt/planning/gpu.ts';
import { computeCapabilities as rtx } from '../../engines/tensorrt-rtx/compute-capability.ts';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { expectDiagnostic } from '../helpers/byte-sources.ts';

it.each([
  '8.9',
  '9.0',
  '12.0',
])('lets a GPU of compute capability %s have every precision', (cc) => {
  for (const precision of precisionNames) {
    requireGpuPrecision(precision, [cc]);
    const found = checkPrecision({ name: 'GPU', computeCapability: cc }, precision);
    expect(found.filter(({ severity }) => severity === 'error')).toEqual([]);
  }
});

/** Every compute capability that a table of rcc names, and two that are on no list: Thor by its old and new number. */
const known = new Set([
  ...Object.keys(planned),
  ...rtx.map(({ value }) => value),
  ...gpuNames.map(([, capability]) => capability),
  '10.1',
  '11.0',
]);

it.each([...known])('trtexec and TensorRT-RTX agree on fp8 for %s', (computeCapability) => {
  const isAble = Number(computeCapability) >= 8.9;
  const found = checkPrecision({ name: 'GPU', computeCapability }, 'fp8');
  expect(found.map(({ code }) => code)).toEqual(isAble ? [] : ['tensorrt-gpu-precision']);
  const work = () => requireGpuPrecision('fp8', [computeCapability]);
  if (isAble) work();
  else expect(work).toThrow(DiagnosticError);
});

it.each(['7.0', '7.5', '8.0', '8.6'])('refuses fp8 for %s, alone and beside others', async (cc) => {
  const work = () => requireGpuPrecision('fp8', ['8.9', cc]);
  const { message } = await expectDiagnostic(work, 'precision-needs-gpu');
  expect(message).toContain(`compute capability ${cc} does not compute in it`);
  const [found] = checkPrecision({ name: 'GPU', computeCapability: cc }, 'fp8');
  expect(found?.code).toBe('tensorrt-gpu-precision');
});

it('refuses fp8 where no GPU is meant, before anything is made', async () => {
  await expectDiagnostic(() => requireProcessorPrecision('fp8', 'it'), 'precision-needs-gpu');
  const request = { precision: 'fp8', env: {} } as const;
  await expectDiagnostic(() => onnxruntimeTarget.choose({}, request), 'precision-needs-gpu');
  await expectDiagnostic(
    () => onnxTarget.choose({ typing: 'auto' }, request),
    'precision-needs-gpu',
  );
  const older = () => onnxTarget.choose({ typing: 'auto', trt: '10.0' }, request);
  await expectDiagnostic(older, 'tensorrt-precision-too-new');
  const { form } = await onnxTarget.choose({ typing: 'auto', trt: '10.4' }, request);
  expect(form).toMatchObject({ precision: 'fp8', int8Form: { name: 'fp8-trt' } });
});
