import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import type { Graph } from '../../../codegen/ir/graph.ts';
import type { GraphForm } from '../../../codegen/passes/graph-form.ts';
import { runPasses } from '../../../codegen/passes/pass.ts';
import { passesFor } from '../../../codegen/passes/pipeline.ts';
import { splitConvolutions } from '../../../codegen/passes/split-convolutions.ts';
import type { Spec } from '../../../src/language/spec.ts';
import { withNumbers } from '../../helpers/graphs.ts';
import { maxError, runGraph } from '../../helpers/run-graph.ts';
import { specOf } from '../../helpers/specs.ts';

const res2net = { kind: 'res2net', scale: 4, start: 'pooled', padding: 'counted' } as const;
const bottleneck = { block: 'bottleneck', stages: [2, 1], widths: [16, 24] } as const;

function written(overrides: Partial<Spec>, parts: GraphForm['parts'], spec = specOf): Graph {
  const lowered = withNumbers(lowerSpec(spec({ ...bottleneck, ...overrides }), { batch: 2 }));
  return runPasses(lowered, passesFor({ precision: 'fp32', parts })).graph;
}

const countOf = (graph: Graph, op: string): number =>
  graph.nodes.filter((node) => node.op === op).length;

describe('splitConvolutions', () => {
  it('makes a convolution for each part of Res2Net, which compute the same', async () => {
    const whole = written({ multiPath: res2net }, 'slices');
    const split = written({ multiPath: res2net }, 'convolutions');
    expect([countOf(whole, 'Slice'), countOf(split, 'Slice')]).toEqual([12, 0]);
    expect(countOf(split, 'Conv') - countOf(whole, 'Conv')).toBe(9);
    const [a, b] = [await runGraph(whole), await runGraph(split)];
    expect(maxError(a, b)).toBeLessThan(1e-5);
  });

  it('leaves parts for convolutions in groups as slices where that is asked', () => {
    const slices = (groups: number) =>
      countOf(written({ multiPath: res2net, groups }, 'ungrouped-convolutions'), 'Slice');
    expect([slices(1), slices(4)]).toEqual([0, 12]);
    expect(countOf(written({ multiPath: res2net, groups: 4 }, 'convolutions'), 'Slice')).toBe(0);
  });

  it('keeps the names of the parts, whose ranges are calibrated', () => {
    const names = (graph: Graph) => graph.nodes.flatMap(({ outputs }) => outputs);
    const whole = new Set(names(written({ multiPath: res2net }, 'slices')));
    const split = written({ multiPath: res2net }, 'convolutions');
    const cuts = names(split).filter((name) => name.endsWith('/cut'));
    expect(cuts).toHaveLength(12);
    expect(cuts.filter((name) => !whole.has(name))).toEqual([]);
  });

  it.each<[string, Partial<Spec>]>([
    ['a plain network', {}],
    [
      'ResNeSt, whose parts no convolution reads',
      {
        multiPath: {
          kind: 'resnest',
          radix: 4,
          halving: 'after',
          padding: 'counted',
          divisor: 8,
          bias: true,
        },
      },
    ],
    [
      'SKNet, whose parts other blocks read whole',
      {
        multiPath: { kind: 'select', reads: 'halves', reduce: 8, divisor: 8 },
        block: 'basic',
      },
    ],
  ])('leaves %s alone', (_what, overrides) => {
    const graph = written(overrides, 'slices');
    expect(splitConvolutions({ forGroups: true }).run(graph, {})).toBe(graph);
  });
});
