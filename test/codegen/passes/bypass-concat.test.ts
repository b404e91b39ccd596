import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import type { Graph } from '../../../codegen/ir/graph.ts';
import { verifyGraph } from '../../../codegen/ir/verify.ts';
import { bypassConcat } from '../../../codegen/passes/bypass-concat.ts';
import type { MultiPath } from '../../../src/language/spec.ts';
import { smallGraph, withNumbers } from '../../helpers/graphs.ts';
import { maxError, runGraph } from '../../helpers/run-graph.ts';
import { specOf } from '../../helpers/specs.ts';

const opsOf = ({ nodes }: Graph, op: string) => nodes.filter((node) => node.op === op).length;

type Range = readonly [start: number, end: number];

/** The first two of the input's three channels and then the third, joined, and cut. */
const joined = (cuts: readonly [Range, Range], axis = 1) =>
  smallGraph((builder, input) => {
    const slice = (path: string, x: string, [start, end]: Range) =>
      builder.node('Slice', path, [x], { starts: [start], ends: [end], axes: [1] });
    const parts = [slice('first', input, [0, 2]), slice('second', input, [2, 3])];
    const whole = builder.node('Concat', 'whole', axis === 1 ? parts : [input, input], { axis });
    const again = cuts.map((cut, index) => slice(`again${index}`, whole, cut));
    return builder.node('Concat', 'result', again, { axis: 1 });
  });

describe('bypassConcat', () => {
  it.each<'halves' | 'whole'>([
    'halves',
    'whole',
  ])('lets SKNet’s paths alone be read, of %s', async (reads) => {
    const multiPath: MultiPath = { kind: 'select', reads, reduce: 16, divisor: 8 };
    const spec = specOf({ block: 'bottleneck', multiPath, widths: [16, 24] });
    const before = withNumbers(lowerSpec(spec, { batch: 2 }));
    const after = bypassConcat.run(before, {});
    verifyGraph(after, 'test');
    expect(opsOf(before, 'Concat')).toBeGreaterThan(0);
    expect(opsOf(after, 'Concat')).toBe(0);
    expect(maxError(await runGraph(before), await runGraph(after))).toBe(0);
  });

  it.each<[string, Graph]>([
    [
      'channels of two inputs',
      joined([
        [1, 3],
        [0, 2],
      ]),
    ],
    [
      'a part of an input',
      joined([
        [0, 1],
        [2, 3],
      ]),
    ],
    [
      'one input alone',
      joined([
        [2, 3],
        [2, 3],
      ]),
    ],
    [
      'what was joined along rows',
      joined(
        [
          [0, 2],
          [2, 3],
        ],
        2,
      ),
    ],
  ])('leaves %s alone', (_what, graph) => {
    expect(bypassConcat.run(graph, {})).toBe(graph);
  });
});
