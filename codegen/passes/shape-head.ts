/*
 * The head in the form that a target fuses best; each is the same sum in another order.
 *   gemm              pool → Flatten → Gemm                   as lowered
 *   conv1x1           pool → Conv 1×1 → Flatten               where a target has no float32 Gemm
 *   conv-before-pool  Conv 1×1 → pool → Flatten               where the last kernel then writes the output; H·W times the work of the layer
 *   mul-sum           pool → Mul → ReduceSum → Flatten → Add  where one generated kernel then holds the layer, its bias and a Cast
 * and the pool as GlobalAveragePool or as an AveragePool over the whole map.
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
  readonly pool: Node;
  readonly flatten: Node;
  readonly gemm: Node;
}

function findHead(graph: Graph): Head | undefined {
  const producers = producersOf(graph);
  const gemm = graph.nodes.findLast((node) => node.op === 'Gemm');
  const flatten = gemm && producers.get(inputOf(gemm, 0));
  const pool = flatten && producers.get(inputOf(flatten, 0));
  if (!gemm || flatten?.op !== 'Flatten' || pool?.op !== 'GlobalAveragePool') return undefined;
  return { pool, flatten, gemm };
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

function poolAs(pool: Node, input: string, form: HeadForm, sides: readonly number[]): Node {
  const moved = { ...pool, inputs: [input] };
  if (form.pool === 'GlobalAveragePool') return moved;
  return {
    ...moved,
    op: 'AveragePool',
    attributes: { kernel_shape: sides, strides: [1, 1], pads: [0, 0, 0, 0], count_include_pad: 0 },
  };
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
function mulSumFrom({ flatten, gemm }: Head, pooled: string): readonly Node[] {
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

function arrange(head: Head, form: HeadForm, sides: readonly number[]): readonly Node[] {
  const { pool, flatten, gemm } = head;
  const features = inputOf(pool, 0);
  if (form.layer === 'mul-sum') {
    const pooled = poolAs(pool, features, form, sides);
    return [pooled, ...mulSumFrom(head, outputOf(pooled))];
  }
  const last = (input: string): Node => ({ ...flatten, inputs: [input], outputs: gemm.outputs });
  if (form.layer === 'conv1x1') {
    const pooled = poolAs(pool, features, form, sides);
    return [pooled, convFrom(gemm, outputOf(pooled)), last(mapOf(gemm))];
  }
  const pooled = poolAs(pool, mapOf(gemm), form, sides);
  return [convFrom(gemm, features), pooled, last(outputOf(pooled))];
}

/** The pool of a head without a linear layer in the form. */
function shapePool(graph: Graph, form: HeadForm): Graph {
  const pool = graph.nodes.find(
    ({ op, name }) => op === 'GlobalAveragePool' && name === 'head/pool',
  );
  if (!pool || form.pool === pool.op) return graph;
  const map = inputOf(pool, 0);
  const sides = (inferTypes(graph).get(map)?.shape ?? []).slice(2).map(Number);
  return editGraph(graph, {
    replaceNodes: new Map([[pool.name, [poolAs(pool, map, form, sides)]]]),
  });
}

/** The pass for a form; of a head without a linear layer it shapes the pool. */
export function shapeHead(form: HeadForm): Pass {
  return {
    name: 'shapeHead',
    run(graph) {
      const head = findHead(graph);
      if (!head) return shapePool(graph, form);
      const shape = inferTypes(graph).get(inputOf(head.pool, 0))?.shape ?? [];
      const sides = shape.slice(2).map(Number);
      if (form.layer === 'gemm') {
        if (form.pool === 'GlobalAveragePool') return graph;
        const pool = poolAs(head.pool, inputOf(head.pool, 0), form, sides);
        return editGraph(graph, { replaceNodes: new Map([[head.pool.name, [pool]]]) });
      }
      const given = initializerOf(graph, head.gemm.inputs[1]);
      const weight = form.layer === 'mul-sum' ? asFactors(given) : asConvWeight(given);
      return editGraph(graph, {
        replaceNodes: new Map([
          [head.pool.name, arrange(head, form, sides)],
          [head.flatten.name, []],
          [head.gemm.name, []],
        ]),
        addInitializers: [weight],
      });
    },
  };
}
