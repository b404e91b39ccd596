import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import { inferTypes } from '../../../codegen/ir/infer-types.ts';
import { matchLayers } from '../../../codegen/passes/layer-filter.ts';
import { runPasses } from '../../../codegen/passes/pass.ts';
import { type PipelineOptions, passesFor, passNames } from '../../../codegen/passes/pipeline.ts';
import { specOf } from '../../helpers/specs.ts';
import { formFor } from '../../helpers/targets.ts';

const input = { form: 'float16', mean: [0, 0, 0], std: [1, 1, 1] } as const;

describe('passesFor', () => {
  const always = ['foldBatchNorm', 'fuseResidual', 'bypassConcat', 'squeezeParts', 'shapeHead'];

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
    const output = 'probabilities';
    const options = { precision: 'fp16', emulation: true, input, output } as const;
    const names = passesFor(options).map(({ name }) => name);
    expect(passNames.filter((name) => names.includes(name))).toEqual(names);
    expect(passNames).toHaveLength(14);
  });
});

it('hands the blocks that stay in float32 on', () => {
  const keepFp32 = matchLayers(['stage1/block0']);
  const { graph } = runPasses(lowerSpec(specOf()), passesFor({ precision: 'fp16', keepFp32 }));
  const types = inferTypes(graph);
  expect(types.get('stage1/block0/conv1/relu')?.dataType).toBe('float32');
  expect(types.get('stage2/block0/conv1/relu')?.dataType).toBe('float16');
});

it('puts the head in the form of the target', () => {
  const { graph } = runPasses(lowerSpec(specOf()), passesFor(formFor('tensorrt-rtx', 'fp16', 7.5)));
  expect(graph.nodes.map(({ op }) => op)).toContain('ReduceSum');
});
