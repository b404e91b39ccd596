import { describe, expect, it } from 'vitest';
import { foldBatchNorm } from '../../../codegen/passes/fold-batch-norm.ts';
import { fuseResidual } from '../../../codegen/passes/fuse-residual.ts';
import { matchLayers, noLayer } from '../../../codegen/passes/layer-filter.ts';
import { runPasses } from '../../../codegen/passes/pass.ts';
import {
  computesInt8,
  findQuantizedValues,
  tensorInputs,
} from '../../../codegen/passes/quantizer-places.ts';
import { defaultInt8Form } from '../../../codegen/quantization/int8-form.ts';
import { tensorrtInt8Form } from '../../../engines/tensorrt/planning/graph-form.ts';
import { convBatchNorm, smallGraph } from '../../helpers/graphs.ts';

const conv = { channels: 3, kernel: 1, stride: 1, relu: false } as const;

/** Ends in a convolution, whose output leaves the graph. */
const { graph } = runPasses(
  smallGraph((builder, input) => {
    const x = convBatchNorm(builder, input, { ...conv, name: 'a', relu: true });
    return convBatchNorm(builder, x, { ...conv, name: 'b' });
  }),
  [foldBatchNorm, fuseResidual],
);

describe('findQuantizedValues', () => {
  it.each([
    defaultInt8Form,
    tensorrtInt8Form,
  ])('of $name never are what leaves the graph', (form) => {
    expect([...findQuantizedValues(graph, form, noLayer)].sort()).toEqual(['a/relu', 'input']);
  });

  it('of onnxruntime are what a convolution makes, even where a layer that is kept reads it', () => {
    const keep = matchLayers(['b']);
    expect([...findQuantizedValues(graph, defaultInt8Form, keep)].sort()).toEqual([
      'a/relu',
      'input',
    ]);
    expect([...findQuantizedValues(graph, tensorrtInt8Form, keep)]).toEqual(['input']);
  });
});

it('computesInt8 asks for the operator and for the layer', () => {
  const [first] = graph.nodes;
  if (!first) throw new Error('no node');
  expect(computesInt8(graph, first, { form: tensorrtInt8Form, keep: noLayer })).toBe(true);
  expect(computesInt8(graph, first, { form: tensorrtInt8Form, keep: matchLayers(['a']) })).toBe(
    false,
  );
  expect(
    computesInt8(graph, { ...first, op: 'Relu' }, { form: tensorrtInt8Form, keep: noLayer }),
  ).toBe(false);
});

it('tensorInputs are both of an Add, x and residual of a fused convolution, x of others', () => {
  const node = { name: 'n', outputs: ['n'], attributes: {}, inputs: ['x', 'w', 'b', 'r'] };
  expect(tensorInputs({ ...node, op: 'FusedConv' })).toEqual(['x', 'r']);
  expect(tensorInputs({ ...node, op: 'Conv' })).toEqual(['x']);
  expect(tensorInputs({ ...node, op: 'Gemm' })).toEqual(['x']);
  expect(tensorInputs({ ...node, op: 'Add', inputs: ['x', 'y'] })).toEqual(['x', 'y']);
});
