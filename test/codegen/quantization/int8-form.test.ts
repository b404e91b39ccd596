import { expect, it } from 'vitest';
import { defaultInt8Form } from '../../../codegen/quantization/int8-form.ts';
import { tensorrtInt8Form } from '../../../engines/tensorrt/planning/graph-form.ts';

it('the forms are those that docs/precision.md tells of', () => {
  const convolutions = ['Conv', 'FusedConv'];
  const pools = ['AveragePool', 'GlobalAveragePool'];
  const plain = [tensorrtInt8Form, defaultInt8Form].map((form) => ({
    ...form,
    computing: [...form.computing],
    quantizedOutput: [...form.quantizedOutput],
    passing: [...form.passing],
  }));
  expect(plain).toEqual([
    {
      name: 'int8-trt',
      unsigned: false,
      addOperands: 'shortcut',
      inFloat: ['attention'],
      computing: [...convolutions, ...pools, 'Gemm'],
      quantizedOutput: [],
      bias: 'float32',
      passing: [
        ['MaxPool', 'once'],
        ['Flatten', 'once'],
      ],
    },
    {
      name: 'int8-ort',
      unsigned: true,
      addOperands: 'both',
      inFloat: ['attention'],
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
