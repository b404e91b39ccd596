import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import { runPasses } from '../../../codegen/passes/pass.ts';
import { fusingPasses } from '../../../codegen/passes/pipeline.ts';
import { quantize } from '../../../codegen/passes/quantize.ts';
import { defaultInt8Form } from '../../../codegen/quantization/int8-form.ts';
import { nonNegativeValues } from '../../../codegen/quantization/ranges.ts';
import { tensorrtInt8Form } from '../../../engines/tensorrt/planning/graph-form.ts';
import { specOf } from '../../helpers/specs.ts';

describe('what stays in float', () => {
  const spec = specOf({ attention: { kind: 'se', reduce: 4, divisor: 1 } });
  const fused = runPasses(lowerSpec(spec), fusingPasses).graph;

  it.each([
    defaultInt8Form,
    tensorrtInt8Form,
  ])('is attention, from pool to Sigmoid: $name', (form) => {
    const { nodes, initializers } = quantize({ form }).run(fused, {});
    const attention = nodes.filter(({ name }) => /attention\/(pool|reduce|expand)/.test(name));
    expect(attention.map(({ op }) => op)).not.toContain('QuantizeLinear');
    expect(attention.map(({ op }) => op)).not.toContain('DequantizeLinear');
    const types = attention.flatMap(
      ({ inputs }) => initializers.get(inputs[1] ?? '')?.type.dataType ?? [],
    );
    expect(types).toEqual(['float32', 'float32', 'float32', 'float32']);
  });
});

describe('convolutions in groups', () => {
  it('have a scale for each output channel', () => {
    const spec = specOf({ block: 'bottleneck', groups: 4, groupWidth: 16, widths: [16, 32] });
    const fused = runPasses(lowerSpec(spec), fusingPasses).graph;
    const { initializers } = quantize({ form: tensorrtInt8Form }).run(fused, {});
    expect(initializers.get('stage1/block0/conv2.weight')?.type).toEqual({
      dataType: 'int8',
      shape: [16, 4, 3, 3],
    });
    expect(initializers.get('stage1/block0/conv2.weight/scale')?.type.shape).toEqual([16]);
  });
});

it('knows what is cut from and joined of numbers that are never negative as such', () => {
  const multiPath = { kind: 'res2net', scale: 2, start: 'pooled', padding: 'counted' } as const;
  const spec = specOf({ block: 'bottleneck', multiPath });
  const found = nonNegativeValues(runPasses(lowerSpec(spec), fusingPasses).graph);
  expect([...found]).toContain('stage1/block0/conv2/part0/cut');
  expect([...found]).toContain('stage1/block0/conv2/concat');
  expect([...found]).not.toContain('stage1/block0/conv3');
});

it.each([defaultInt8Form, tensorrtInt8Form])('leaves a group norm in float: $name', (form) => {
  const fused = runPasses(lowerSpec(specOf({ norm: { kind: 'group', count: 4 } })), fusingPasses);
  const { graph } = runPasses(fused.graph, [quantize({ form })]);
  expect(graph.initializers.get('stem/conv1/bn.bias')?.type.dataType).toBe('float32');
  expect(graph.initializers.get('stem/conv1.weight')?.type.dataType).toBe('int8');
});
