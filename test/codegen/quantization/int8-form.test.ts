import { expect, it } from 'vitest';
import { int8Forms } from '../../../codegen/quantization/int8-form.ts';

it('the forms are those that docs/precision.md tells of', () => {
  const convolutions = ['Conv', 'FusedConv'];
  const pools = ['AveragePool', 'GlobalAveragePool'];
  const plain = Object.entries(int8Forms).map(([target, form]) => ({
    target,
    ...form,
    computing: [...form.computing],
    quantizedOutput: [...form.quantizedOutput],
    passing: [...form.passing],
  }));
  expect(plain).toEqual([
    {
      target: 'tensorrt',
      name: 'int8-trt',
      unsigned: false,
      addOperands: 'shortcut',
      computing: [...convolutions, ...pools, 'Gemm'],
      quantizedOutput: [],
      bias: 'float32',
      passing: [
        ['MaxPool', 'once'],
        ['Flatten', 'once'],
      ],
    },
    {
      target: 'onnxruntime',
      name: 'int8-ort',
      unsigned: true,
      addOperands: 'both',
      computing: [...convolutions, ...pools, 'Add', 'Gemm'],
      quantizedOutput: convolutions,
      bias: 'int32',
      passing: [
        ['MaxPool', 'repeated'],
        ['Flatten', 'repeated'],
      ],
    },
  ]);
});
