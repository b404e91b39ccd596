import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../codegen/architecture/lower.ts';
import { type GraphOptions, pipelineFor } from '../../src/compile/precision.ts';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { specWith } from '../helpers/language.ts';

const spec = await specWith('block bottleneck stages [2, 1] widths [8, 16] variant vd input 64');
const graph = lowerSpec(spec);
const pipeline = (options: GraphOptions) =>
  pipelineFor(spec, graph, { precision: 'fp16' }, options);

function refusalOf(keepFp32: readonly string[]) {
  try {
    pipeline({ keepFp32 });
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics[0];
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('pipelineFor', () => {
  it('keeps no layer where none is named', () => {
    expect(pipeline({})).toMatchObject({ precision: 'fp16', keepFp32: undefined });
    expect(pipeline({ keepFp32: [] }).keepFp32).toBeUndefined();
  });

  it('keeps the layers that are named, each for its own precision', () => {
    const { keepFp32, int8Keep } = pipeline({
      keepFp32: ['stage1/block0', 'head'],
      int8Keep: ['fc'],
    });
    expect(keepFp32?.('stage1/block0/conv2')).toBe(true);
    expect(keepFp32?.('stage1/block1/conv2')).toBe(false);
    expect(keepFp32?.('head/fc')).toBe(true);
    expect(int8Keep?.('head/fc')).toBe(true);
    expect(int8Keep?.('head/pool')).toBe(false);
  });

  it('takes a pattern that fits one node of many, and refuses one that fits none beside others that do', () => {
    expect(pipeline({ keepFp32: ['stem/conv3'] }).keepFp32).toBeDefined();
    const refusal = refusalOf(['stem', 'stage3', 'head']);
    expect(refusal?.code).toBe('layer-pattern-unknown');
    expect(refusal?.message).toBe("--keep-fp32 'stage3' fits no layer of this network.");
    expect(refusal?.hint).toBe("Did you mean 'stage1'?");
  });

  it('knows no batch norms, which are folded away before a layer is picked', () => {
    const names = graph.nodes.map(({ name }) => name);
    expect(names).toContain('stage1/block0/conv1/bn');
    for (const pattern of ['bn', 'stage1/block0/conv1/bn']) {
      expect(refusalOf([pattern])?.code).toBe('layer-pattern-unknown');
    }
  });

  it('lists the blocks where nothing is near, each once', () => {
    expect(refusalOf(['0123456789'])?.hint).toBe(
      'Its blocks are stem, stage1/block0, stage1/block1, stage2/block0, head.',
    );
  });
});
