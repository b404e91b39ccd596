import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import type { Graph } from '../../../codegen/ir/graph.ts';
import { runPasses } from '../../../codegen/passes/pass.ts';
import { passesFor } from '../../../codegen/passes/pipeline.ts';
import type { Precision } from '../../../codegen/precisions.ts';
import type { AuditGraph, AuditNode } from '../../../engines/audit/audit-graph.ts';
import { auditGraphOf } from '../../../engines/audit/audit-graph.ts';
import type {
  EngineDataType,
  EngineLayer,
  LayerKind,
  LayerList,
} from '../../../engines/audit/layer.ts';
import type { Spec } from '../../../src/language/spec.ts';
import { specOf } from '../../helpers/specs.ts';

/** The graph that is written for a spec. */
export function writtenGraph(overrides: Partial<Spec> = {}, precision: Precision = 'fp16'): Graph {
  return runPasses(lowerSpec(specOf(overrides)), passesFor({ precision })).graph;
}

export function auditGraphFor(
  overrides: Partial<Spec> = {},
  precision: Precision = 'fp16',
): AuditGraph {
  return auditGraphOf(writtenGraph(overrides, precision));
}

const kinds: Readonly<Record<string, LayerKind>> = {
  Conv: 'convolution',
  Gemm: 'gemm',
  MaxPool: 'pooling',
  AveragePool: 'pooling',
  GlobalAveragePool: 'pooling',
  Cast: 'reformat',
  Relu: 'pointwise',
  Add: 'pointwise',
  Softmax: 'softmax',
};

/** One layer that computes these nodes, in their order. */
export function layerOf(nodes: readonly AuditNode[], dataType: EngineDataType): EngineLayer {
  const [first] = nodes;
  const made = new Set(nodes.flatMap(({ outputs }) => outputs));
  const reads = nodes.flatMap(({ inputs }) =>
    inputs.filter((input) => !made.has(input) && !/\.(?:weight|bias)$/.test(input)),
  );
  const tensor = (name: string) => ({ name, dataType });
  return {
    name: nodes.map(({ name }) => name).join(' + '),
    type: 'test',
    kind: kinds[first?.op ?? ''] ?? 'none',
    inputs: [...new Set(reads)].map(tensor),
    outputs: (nodes.at(-1)?.outputs ?? []).map(tensor),
    onnxNodes: nodes.map(({ name }) => name),
  };
}

/** What a compiler would make of a graph at its best: Conv, Add and Relu in one layer, everything else on its own. */
export function idealEngine(graph: AuditGraph, dataType: EngineDataType = 'float16'): LayerList {
  const layers: EngineLayer[] = [];
  let open: AuditNode[] = [];
  const close = (): void => {
    if (open.length > 0) layers.push(layerOf(open, dataType));
    open = [];
  };
  for (const node of graph.nodes) {
    const follows = node.inputs.includes(open.at(-1)?.outputs[0] ?? '');
    const fuses = (node.op === 'Add' || node.op === 'Relu') && open[0]?.op === 'Conv' && follows;
    if (!fuses) close();
    open.push(node);
  }
  close();
  return {
    source: 'tensorrt-rtx',
    layers,
    bindings: ['input', ...graph.outputs],
    detailed: true,
    complete: true,
  };
}

/** The list with one layer in the place of another. */
export function replaceLayer(
  list: LayerList,
  holds: string,
  by: (layer: EngineLayer) => readonly EngineLayer[],
): LayerList {
  const layers = list.layers.flatMap((layer) =>
    layer.onnxNodes.includes(holds) ? by(layer) : [layer],
  );
  return { ...list, layers };
}
