import { describe, expect, it } from 'vitest';
import {
  int8FormFor,
  type PipelineOptions,
  passesFor,
  passNames,
} from '../../../codegen/passes/pipeline.ts';

const input = { form: 'float16', mean: [0, 0, 0], std: [1, 1, 1] } as const;

describe('passesFor', () => {
  const always = ['foldBatchNorm', 'fuseResidual', 'shapeHead'];

  it.each<[PipelineOptions, readonly string[]]>([
    [{ precision: 'fp32' }, []],
    [{ precision: 'fp32', emulation: true }, []],
    [{ precision: 'fp32', input }, ['adaptInput']],
    [{ precision: 'fp16' }, ['castFloat16']],
    [{ precision: 'fp16', emulation: true }, ['castFloat16', 'emulateFloat16']],
    [{ precision: 'fp16', input }, ['adaptInput', 'castFloat16']],
    [{ precision: 'int8' }, ['quantizeInt8']],
    [{ precision: 'int8', emulation: true, input }, ['adaptInput', 'quantizeInt8']],
  ])('%j', (options, own) => {
    expect(passesFor(options).map(({ name }) => name)).toEqual([
      ...always,
      ...own,
      'expandFusedConv',
    ]);
  });

  it('are called as the list of passes says, in its order', () => {
    const options = { precision: 'fp16', emulation: true, input } as const;
    const names = passesFor(options).map(({ name }) => name);
    expect(passNames.filter((name) => names.includes(name))).toEqual(names);
    expect(passNames).toHaveLength(8);
  });
});

describe('int8FormFor', () => {
  it('is onnxruntime’s unless TensorRT builds', () => {
    expect(int8FormFor().name).toBe('int8-ort');
    expect(int8FormFor('onnxruntime').name).toBe('int8-ort');
    expect(int8FormFor('tensorrt').name).toBe('int8-trt');
    expect(int8FormFor('tensorrt-rtx').name).toBe('int8-trt');
  });
});
