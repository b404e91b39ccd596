/* Blocks whose channels are weighed: judged by what a compiler can do there. */
import { describe, expect, it } from 'vitest';
import { auditLayers } from '../../../engines/audit/audit.ts';
import type { AuditGraph } from '../../../engines/audit/audit-graph.ts';
import { formatAudit } from '../../../engines/audit/format-audit.ts';
import type { EngineLayer, LayerList } from '../../../engines/audit/layer.ts';
import type { Attention } from '../../../src/language/spec.ts';
import { auditGraphFor, idealEngine, layerOf } from './ideal-engine.ts';

const kinds = [{ kind: 'se', reduce: 4, divisor: 1 }, { kind: 'eca' }] as const;

const graphFor = (attention: Attention): AuditGraph =>
  auditGraphFor({ attention, stages: [2, 1], firstShortcut: 'identity' });

const nameOf = (graph: AuditGraph, pattern: RegExp): string =>
  graph.nodes.find(({ name }) => pattern.test(name))?.name ?? '';

/** The list with these nodes in one layer, where the last of them was. */
function joined(graph: AuditGraph, list: LayerList, names: readonly string[]): LayerList {
  const nodes = graph.nodes.filter(({ name }) => names.includes(name));
  const layer: EngineLayer = { ...layerOf(nodes, 'float16'), kind: 'pointwise' };
  const holds = ({ onnxNodes }: EngineLayer) => onnxNodes.some((name) => names.includes(name));
  const last = list.layers.findLastIndex(holds);
  const layers = list.layers.flatMap((each, at) =>
    at === last ? [layer] : holds(each) ? [] : [each],
  );
  return { ...list, layers };
}

/** As TensorRT-RTX builds it: the product of a block without projection holds Add and Relu, else the projection does. */
function bestEngine(graph: AuditGraph): LayerList {
  const weighed = graph.nodes.filter(({ name }) => /^stage1\/block\d\/attention$/.test(name));
  let list = idealEngine(graph);
  for (const { name } of weighed) {
    const block = name.replace('attention', 'conv2');
    list = joined(graph, list, [name, `${block}/add`, `${block}/relu`]);
  }
  const projection = [
    'stage2/block0/shortcut',
    'stage2/block0/conv2/add',
    'stage2/block0/conv2/relu',
  ];
  const whole = joined(graph, list, projection);
  const layers = whole.layers.map((layer) =>
    layer.onnxNodes.includes('stage2/block0/shortcut')
      ? { ...layer, kind: 'convolution' as const }
      : layer,
  );
  return { ...whole, layers };
}

describe.each(kinds)('$kind', (attention) => {
  const graph = graphFor(attention);
  const best = bestEngine(graph);
  const expectation = { precision: 'fp16', graph } as const;

  it('is weighed in the kernel of the sum, or fused into a projection, and nothing to complain of', () => {
    const report = auditLayers(best, expectation);
    expect(report.blocks.map(({ block, state }) => `${block} ${state}`)).toEqual([
      'stage1/block0 weighed',
      'stage1/block1 weighed',
      'stage2/block0 fused',
    ]);
    const complaints = report.findings.filter(({ diagnostic }) => diagnostic.severity !== 'note');
    expect(complaints.map(({ diagnostic }) => diagnostic.message)).toEqual([]);
    expect(formatAudit(report)).toContain('1 of 3 fused, 2 weighed in the kernel of the sum');
  });

  it('is unfused where product and sum are two kernels', () => {
    const block = 'stage1/block0/conv2';
    const apart = joined(graph, idealEngine(graph), [`${block}/add`, `${block}/relu`]);
    const [first] = auditLayers(apart, expectation).blocks;
    expect(first).toMatchObject({ block: 'stage1/block0', state: 'unfused' });
  });

  it('is unfused where the Relu is a kernel of its own', () => {
    const product = nameOf(graph, /^stage1\/block0\/attention$/);
    const list = joined(graph, idealEngine(graph), [product, 'stage1/block0/conv2/add']);
    const [first] = auditLayers(list, expectation).blocks;
    expect(first?.state).toBe('unfused');
  });
});

it('names kernels that the network asks for, as notes', () => {
  const graph = auditGraphFor({
    block: 'bottleneck',
    multiPath: { kind: 'res2net', scale: 2, start: 'pooled', padding: 'counted' },
  });
  const list = idealEngine(graph);
  const layers = list.layers.map((layer) =>
    /\/cut$|\/concat$/.test(layer.name) ? { ...layer, kind: 'reformat' as const } : layer,
  );
  const { findings } = auditLayers({ ...list, layers }, { precision: 'fp16', graph });
  const own = findings.filter(({ diagnostic }) => diagnostic.code === 'audit-network-layer');
  expect(own).toHaveLength(6);
  expect(own[0]?.diagnostic).toMatchObject({
    severity: 'note',
    message:
      "'stage1/block0/conv2/part0/cut' is what the network asks for at 'stage1/block0/conv2/part0/cut' (reformat): no convolution takes it in.",
  });
});
