/*
 * The mean over the map of a sum of x's parts, read by a 1×1 convolution, becomes the mean of x itself, read by a convolution with its weights once a part:
 *   W·mean(a + b) = [W W]·mean([a b])
 * So ResNeSt's squeeze reads what the convolution before it wrote, and no kernel writes the sum of whole maps.
 */
import { append } from '../../src/collections/append.ts';
import { editGraph } from '../ir/edit.ts';
import type { Graph, Initializer, Node } from '../ir/graph.ts';
import { inferTypes } from '../ir/infer-types.ts';
import { intOf, intsOf } from '../ir/ops.ts';
import { initializerOf, inputOf, outputOf, producersOf, soleUser, usersOf } from '../ir/walk.ts';
import { convolutionOps } from '../quantization/int8-form.ts';
import { mapRows, rowBytesOf, type TensorSource } from '../tensors/tensor-source.ts';
import type { Pass } from './pass.ts';
import { slicedChannels } from './sliced-channels.ts';

const convolutions: ReadonlySet<Node['op']> = new Set(convolutionOps);

interface Walk {
  readonly graph: Graph;
  readonly users: ReadonlyMap<string, readonly Node[]>;
  readonly producers: ReadonlyMap<string, Node>;
}

interface Sum {
  /** Slices that are summed up. */
  readonly parts: readonly Node[];
  readonly adds: readonly Node[];
}

/** What a value sums up, each sum read by nothing else; undefined where something is no Slice of channels. */
function sumOf(walk: Walk, value: string): Sum | undefined {
  const node = walk.producers.get(value);
  if (slicedChannels(node)) return node && { parts: [node], adds: [] };
  if (node?.op !== 'Add' || !soleUser(walk.graph, walk.users, value)) return undefined;
  const sums = node.inputs.map((input) => sumOf(walk, input));
  const found = sums.flatMap((sum) => sum ?? []);
  if (found.length < sums.length) return undefined;
  return {
    parts: found.flatMap(({ parts }) => parts),
    adds: [...found.flatMap(({ adds }) => adds), node],
  };
}

/** The value that the parts are all of, each once. */
function wholeOf({ graph }: Walk, parts: readonly Node[]): string | undefined {
  const [whole, ...others] = new Set(parts.map((part) => inputOf(part, 0)));
  if (whole === undefined || others.length > 0) return undefined;
  const channels = Number(inferTypes(graph).get(whole)?.shape[1]);
  const size = channels / parts.length;
  const firsts = parts.flatMap((part) => slicedChannels(part) ?? []);
  const isCovered = firsts
    .toSorted((a, b) => a.first - b.first)
    .every(({ first, count }, index) => first === index * size && count === size);
  return isCovered ? whole : undefined;
}

/** Whether the pool gives one number a channel. */
function poolsAll({ graph, users, producers }: Walk, conv: Node): Node | undefined {
  const pool = producers.get(inputOf(conv, 0));
  if (pool?.op !== 'AveragePool') return undefined;
  const [, , ...sides] = inferTypes(graph).get(inputOf(pool, 0))?.shape ?? [];
  const isWhole = String(intsOf(pool, 'kernel_shape', [])) === String(sides);
  return isWhole && soleUser(graph, users, outputOf(pool)) ? pool : undefined;
}

interface Squeeze {
  readonly conv: Node;
  readonly pool: Node;
  readonly sum: Sum;
  readonly whole: string;
}

function squeezeOf(walk: Walk, conv: Node): Squeeze | undefined {
  const isPlain = convolutions.has(conv.op) && intOf(conv, 'group', 1) === 1;
  const pool = isPlain ? poolsAll(walk, conv) : undefined;
  const sum = pool && sumOf(walk, inputOf(pool, 0));
  const whole = sum && sum.parts.length > 1 ? wholeOf(walk, sum.parts) : undefined;
  return pool && sum && whole !== undefined ? { conv, pool, sum, whole } : undefined;
}

/** Each row as often behind itself as there are parts. */
function repeated(source: TensorSource, count: number): TensorSource {
  const rowBytes = rowBytesOf(source);
  const shape = source.shape.with(1, Number(source.shape[1]) * count);
  return mapRows(source, { dataType: source.dataType, shape }, () => ({
    map(from, into) {
      for (let start = 0, at = 0; start < from.byteLength; start += rowBytes) {
        const row = from.subarray(start, start + rowBytes);
        for (let part = 0; part < count; part++, at += rowBytes) into.set(row, at);
      }
    },
  }));
}

function weightOf(graph: Graph, { conv, sum }: Squeeze): Initializer {
  const { source, type, ...weight } = initializerOf(graph, conv.inputs[1]);
  const count = sum.parts.length;
  const shape = type.shape.with(1, Number(type.shape[1]) * count);
  return {
    ...weight,
    type: { ...type, shape },
    ...(source ? { source: repeated(source, count) } : {}),
  };
}

export const squeezeParts: Pass = {
  name: 'squeezeParts',
  run(graph) {
    const walk = { graph, users: usersOf(graph), producers: producersOf(graph) };
    const replaceNodes = new Map<string, readonly Node[]>();
    const addInitializers: Initializer[] = [];
    for (const conv of graph.nodes) {
      const squeeze = squeezeOf(walk, conv);
      if (!squeeze) continue;
      const { pool, sum, whole } = squeeze;
      for (const { name } of sum.adds) replaceNodes.set(name, []);
      replaceNodes.set(pool.name, [{ ...pool, inputs: [whole] }]);
      append(addInitializers, [weightOf(graph, squeeze)]);
    }
    return editGraph(graph, { replaceNodes, addInitializers });
  },
};
