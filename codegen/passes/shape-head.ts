/*
 * The head in the form that a target fuses best; each is the same sum in another order.
 *   gemm              pool → Flatten → Gemm                   as lowered
 *   conv1x1           pool → Conv 1×1 → Flatten               where a target has no float32 Gemm
 *   conv-before-pool  Conv 1×1 → pool → Flatten               where the last kernel then writes the output; H·W times the work of the layer
 *   mul-sum           pool → Mul → ReduceSum → Flatten → Add  where one generated kernel then holds the layer, its bias and a Cast
 * and each average pool as GlobalAveragePool or as an AveragePool over the whole map. Behind another pool there is no sum to change places with: there
 * conv-before-pool is conv1x1.
 */
import { editGraph } from '../ir/edit.ts';
import type { Graph, Initializer, Node } from '../ir/graph.ts';
import { inferTypes } from '../ir/infer-types.ts';
import { initializerOf, inputOf, outputOf, producersOf } from '../ir/walk.ts';
import { reshaped } from '../tensors/tensor-source.ts';
import { transposedSource } from '../weights/parameter-source.ts';
import type { Pass } from './pass.ts';

export interface HeadForm {
  readonly layer: 'gemm' | 'conv1x1' | 'conv-before-pool' | 'mul-sum';
  readonly pool: 'GlobalAveragePool' | 'AveragePool';
}

export const asLowered: HeadForm = { layer: 'gemm', pool: 'GlobalAveragePool' };

interface Head {
  /** [N, features, 1, 1] */
  readonly pooled: string;
  readonly flatten: Node;
  readonly gemm: Node;
}

function findHead(graph: Graph): Head | undefined {
  const producers = producersOf(graph);
  const gemm = graph.nodes.findLast((node) => node.op === 'Gemm');
  const flatten = gemm && producers.get(inputOf(gemm, 0));
  if (!gemm || flatten?.op !== 'Flatten') return undefined;
  const pooled = inputOf(flatten, 0);
  const [, , ...sides] = inferTypes(graph).get(pooled)?.shape ?? [];
  return String(sides) === '1,1' ? { pooled, flatten, gemm } : undefined;
}

/** [classes, features] → [classes, features, 1, 1]: the same bytes. */
function asConvWeight(weight: Initializer): Initializer {
  const shape = [...weight.type.shape, 1, 1];
  const source = weight.source && reshaped(weight.source, shape.map(Number));
  return { ...weight, type: { ...weight.type, shape }, ...(source ? { source } : {}) };
}

/** [classes, features] → [features, classes, 1]: what spreads over a pooled map [N, features, 1, 1]. */
function asFactors(weight: Initializer): Initializer {
  const [classes = 0, features = 0] = weight.type.shape.map(Number);
  const shape = [features, classes, 1];
  const source = weight.source && reshaped(transposedSource(weight.source), shape);
  return { ...weight, type: { ...weight.type, shape }, ...(source ? { source } : {}) };
}

/** The pool in its form, of a value that may be another but has the sides of its own. */
function poolAs(graph: Graph, pool: Node, form: HeadForm, input = inputOf(pool, 0)): Node {
  const moved = { ...pool, inputs: [input] };
  if (form.pool === pool.op) return moved;
  const shape = inferTypes(graph).get(inputOf(pool, 0))?.shape ?? [];
  const sides = shape.slice(2).map(Number);
  return {
    ...moved,
    op: 'AveragePool',
    attributes: { kernel_shape: sides, strides: [1, 1], pads: [0, 0, 0, 0], count_include_pad: 0 },
  };
}

type Edit = readonly [name: string, nodes: readonly Node[]];
type Edits = Map<string, readonly Node[]>;

/** Every average pool of the head that is not in the form. */
function shapePools(graph: Graph, form: HeadForm): Edits {
  const pools = graph.nodes.filter(({ op }) => op === 'GlobalAveragePool' && op !== form.pool);
  return new Map(pools.map((pool) => [pool.name, [poolAs(graph, pool, form)]]));
}

/** Name of the layer's output before it is flattened; the flattened one keeps the layer's. */
const mapOf = (gemm: Node): string => `${gemm.name}/map`;

function convFrom(gemm: Node, input: string): Node {
  return {
    ...gemm,
    op: 'Conv',
    inputs: [input, ...gemm.inputs.slice(1)],
    outputs: [mapOf(gemm)],
    attributes: { kernel_shape: [1, 1], strides: [1, 1], pads: [0, 0, 0, 0] },
  };
}

/** Mul → ReduceSum → Flatten → Add behind a pooled map. */
function mulSumFrom({ pooled, flatten, gemm }: Head): readonly Node[] {
  const [, weight = '', bias = ''] = gemm.inputs;
  const step = (op: Node['op'], name: string, inputs: readonly string[]): Node => ({
    ...gemm,
    op,
    name,
    inputs,
    outputs: [name],
    attributes: {},
  });
  const products = step('Mul', `${gemm.name}/products`, [pooled, weight]);
  const sum = step('ReduceSum', `${gemm.name}/sum`, [products.name]);
  const flat = { ...flatten, inputs: [sum.name] };
  return [
    products,
    { ...sum, attributes: { axes: [1], keepdims: 0 } },
    flat,
    { ...step('Add', gemm.name, [outputOf(flat), bias]), outputs: gemm.outputs },
  ];
}

/** The pool that may stand behind the layer: a mean, and of sums alone. */
function movablePool(graph: Graph, { pooled }: Head): Node | undefined {
  const pool = producersOf(graph).get(pooled);
  return pool?.op === 'GlobalAveragePool' ? pool : undefined;
}

function arrange(graph: Graph, head: Head, form: HeadForm): Edits {
  const { pooled, flatten, gemm } = head;
  const removed: Edit = [flatten.name, []];
  if (form.layer === 'mul-sum') return new Map([removed, [gemm.name, mulSumFrom(head)]]);
  const last = (input: string): Node => ({ ...flatten, inputs: [input], outputs: gemm.outputs });
  const pool = form.layer === 'conv-before-pool' ? movablePool(graph, head) : undefined;
  if (!pool) {
    const nodes = [convFrom(gemm, pooled), last(mapOf(gemm))];
    return new Map([removed, [gemm.name, nodes]]);
  }
  const behind = poolAs(graph, pool, form, mapOf(gemm));
  return new Map([
    [pool.name, [convFrom(gemm, inputOf(pool, 0)), behind]],
    removed,
    [gemm.name, [last(outputOf(behind))]],
  ]);
}

/** The pass for a form; of a head without a linear layer it shapes the pools. */
export function shapeHead(form: HeadForm): Pass {
  return {
    name: 'shapeHead',
    run(graph) {
      const replaceNodes = shapePools(graph, form);
      const head = findHead(graph);
      if (!head || form.layer === 'gemm') return editGraph(graph, { replaceNodes });
      for (const [name, nodes] of arrange(graph, head, form)) replaceNodes.set(name, nodes);
      const given = initializerOf(graph, head.gemm.inputs[1]);
      const weight = form.layer === 'mul-sum' ? asFactors(given) : asConvWeight(given);
      return editGraph(graph, { replaceNodes, addInitializers: [weight] });
    },
  };
}
