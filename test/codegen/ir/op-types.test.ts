import { describe, expect, it } from 'vitest';
import type { Node } from '../../../codegen/ir/graph.ts';
import { type OpType, opDefinition, printType } from '../../../codegen/ir/ops.ts';
import type { Shape } from '../../../codegen/ir/types.ts';

function infer(op: OpType, shapes: readonly Shape[], attributes: Node['attributes'] = {}): string {
  const node = { name: 'node', op, inputs: [], outputs: ['out'], attributes };
  const types = shapes.map((shape) => ({ dataType: 'float32', shape }) as const);
  return printType(opDefinition(op).inferType(node, types));
}

describe('operators on pairs', () => {
  it.each([
    [['N', 8, 4, 4], ['N', 8, 4, 4], 'float32[N,8,4,4]'],
    [['N', 8, 4, 4], [8, 1, 1], 'float32[N,8,4,4]'],
    [['N', 8, 1, 1], [8, 10, 1], 'float32[N,8,10,1]'],
    [[10], ['N', 10], 'float32[N,10]'],
  ] as const)('spread %j over %j', (a, b, expected) => {
    for (const op of ['Add', 'Sub', 'Mul'] as const) expect(infer(op, [a, b])).toBe(expected);
  });

  it.each([
    [
      ['N', 8, 4, 4],
      ['N', 8, 2, 2],
    ],
    [['N', 8], [4]],
    [
      ['N', 8],
      [2, 8],
    ],
  ] as const)('do not spread %j over %j', (a, b) => {
    expect(() => infer('Add', [a, b])).toThrow('operands differ');
  });

  it('ask for one type', () => {
    const node = { name: 'node', op: 'Mul', inputs: [], outputs: ['out'], attributes: {} } as const;
    const [a, b] = (['float32', 'float16'] as const).map((dataType) => ({ dataType, shape: [1] }));
    if (!a || !b) throw new Error('no types');
    expect(() => opDefinition('Mul').inferType(node, [a, b])).toThrow('operands differ');
  });
});

describe('ReduceSum', () => {
  it('takes its axes away, or leaves 1 of them', () => {
    const shape: Shape = ['N', 8, 10, 1];
    expect(infer('ReduceSum', [shape], { axes: [1], keepdims: 0 })).toBe('float32[N,10,1]');
    expect(infer('ReduceSum', [shape], { axes: [1, 2] })).toBe('float32[N,1,1,1]');
  });

  it.each([[[]], [[0]], [[4]]])('refuses axes %j', (axes) => {
    expect(() => infer('ReduceSum', [['N', 8, 4, 4]], { axes })).toThrow('axes');
  });
});
