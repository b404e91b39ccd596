import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import { matchLayers } from '../../../codegen/passes/layer-filter.ts';
import { runPasses } from '../../../codegen/passes/pass.ts';
import { keptNodes, type PipelineOptions, passesFor } from '../../../codegen/passes/pipeline.ts';
import { specOf } from '../../helpers/specs.ts';
import { formFor } from '../../helpers/targets.ts';

const options = {
  keepFp32: matchLayers(['stage1/block0/conv2']),
  int8Keep: matchLayers(['stage1/block0/conv2', 'fc']),
};

function kept(precision: 'fp32' | 'fp16' | 'int8', form: PipelineOptions): readonly string[] {
  const pipeline = { ...form, ...options };
  const { graph } = runPasses(lowerSpec(specOf()), passesFor(pipeline));
  return keptNodes(graph, precision, pipeline);
}

describe('keptNodes', () => {
  const block = kept('fp16', { precision: 'fp16' });

  it('are the whole block of an fp16 model, Casts left out', () => {
    expect(block).toContain('stage1/block0/conv1');
    expect(block).toContain('stage1/block0/conv2/add');
    expect(block.every((name) => name.startsWith('stage1/block0/'))).toBe(true);
    expect(block.some((name) => name.includes('cast'))).toBe(false);
  });

  it('are the same where the graph is float32 because the builder lowers it', () => {
    expect(kept('fp16', formFor('tensorrt', 'fp32'))).toEqual(block);
  });

  it.each([
    'onnxruntime',
    'tensorrt',
  ] as const)('are the single layers of int8 for %s', (target) => {
    const names = kept('int8', formFor(target, 'int8'));
    expect(names).toEqual(['stage1/block0/conv2', 'stage1/block0/conv2/add', 'head/fc']);
  });

  it('are none of an fp32 model', () => {
    expect(kept('fp32', { precision: 'fp32' })).toEqual([]);
  });
});
