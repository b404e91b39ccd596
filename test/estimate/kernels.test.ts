import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../codegen/architecture/lower.ts';
import { foldBatchNorm } from '../../codegen/passes/fold-batch-norm.ts';
import { fuseResidual } from '../../codegen/passes/fuse-residual.ts';
import { kernelsOf } from '../../src/estimate/kernels.ts';
import { specOf } from '../helpers/specs.ts';

describe('kernelsOf', () => {
  const graph = lowerSpec(specOf({ shortcut: 'avgpool' }));

  it('makes one kernel of convolution, batch norm, add and relu', () => {
    expect(kernelsOf(graph).map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      'conv stem/conv1',
      'pool stem/pool',
      'conv stage1/block0/shortcut',
      'conv stage1/block0/conv1',
      'conv stage1/block0/conv2',
      'pool stage2/block0/shortcut/pool',
      'conv stage2/block0/shortcut',
      'conv stage2/block0/conv1',
      'conv stage2/block0/conv2',
      'pool head/pool',
      'fc head/fc',
    ]);
  });

  it('lets the last convolution of the main branch read the residual', () => {
    const kernel = kernelsOf(graph).find(({ name }) => name === 'stage1/block0/conv2');
    // 8 channels of 8×8: input, residual and output.
    expect(kernel).toMatchObject({
      outputElements: 512,
      activationElements: 3 * 512,
      windowed: true,
    });
    const projection = kernelsOf(graph).find(({ name }) => name === 'stage1/block0/shortcut');
    expect(projection).toMatchObject({ activationElements: 2 * 512, windowed: false });
  });

  it('counts the same work before and after folding and fusing, biases apart', () => {
    const fused = fuseResidual.run(foldBatchNorm.run(graph, {}), {});
    const work = (g: typeof graph) =>
      kernelsOf(g).map(({ kind, flops, activationElements }) => ({
        kind,
        flops,
        activationElements,
      }));
    expect(work(fused)).toEqual(work(graph));
  });
});
