/*
 * The mean over the map of a sum of x's parts, read by a 1×1 convolution, becomes the mean of x itself, read by a convolution with its weights once a part:
 *   W·mean(a + b) = [W W]·mean([a b])
 * So ResNeSt's squeeze reads what the convolution before it wrote, and no kernel writes the sum of whole maps. Of a convolution in groups the weights are written
 * out, zeros where a group does not read: the parts' channels of a group do not stand side by side.
 */
import { append } from '../../src/collections/append.ts';
import { editGraph } from '../ir/edit.ts';
import type { Graph, Initializer, Node } from '../ir/graph.ts';
import { inferTypes } from '../ir/infer-types.ts';
import { intOf } from '../ir/ops.ts';
import { initializerOf, inputOf, outputOf, producersOf, soleUser, usersOf } from '../ir/walk.ts';
import { convolutionOps } from '../quantization/int8-form.ts';
import { mapRows, rowBytesOf, type TensorSource } from '../tensors/tensor-source.ts';
import type { Pass } from './pass.ts';
import { slicedChannels } from './sliced-channels.ts';
import { poolsWholeMap } from './whole-map.ts';

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
  return poolsWholeMap(pool, sides) && soleUser(graph, users, outputOf(pool)) ? pool : undefined;
}

/** More copies of the weights would cost more than the sum does. */
const mostCopies = 8;

interface Squeeze {
  readonly conv: Node;
  readonly groups: number;
  readonly pool: Node;
  readonly sum: Sum;
  readonly whole: string;
}

function squeezeOf(walk: Walk, conv: Node): Squeeze | undefined {
  const groups = intOf(conv, 'group', 1);
  const pool = convolutions.has(conv.op) ? poolsAll(walk, conv) : undefined;
  const sum = pool && sumOf(walk, inputOf(pool, 0));
  const count = sum?.parts.length ?? 0;
  const whole = sum && count > 1 && count * groups <= mostCopies && wholeOf(walk, sum.parts);
  return pool && sum && whole ? { conv, groups, pool, sum, whole } : undefined;
}

/** Each row as often behind itself as there are parts, each time among the channels that its group reads. */
function repeated(source: TensorSource, parts: number, groups: number): TensorSource {
  const rowBytes = rowBytesOf(source);
  const [rows = 0, channels = 0] = source.shape;
  const shape = source.shape.with(1, channels * groups * parts);
  const groupOf = (row: number) => Math.floor((row * groups) / rows);
  return mapRows(source, { dataType: source.dataType, shape }, () => ({
    map(from, into, first) {
      into.fill(0);
      for (let start = 0, at = 0; start < from.byteLength; start += rowBytes) {
        const row = from.subarray(start, start + rowBytes);
        const own = groupOf(first + start / rowBytes) * rowBytes;
        for (let part = 0; part < parts; part++, at += groups * rowBytes) into.set(row, at + own);
      }
    },
  }));
}

function weightOf(graph: Graph, { conv, groups, sum }: Squeeze): Initializer {
  const { source, type, ...weight } = initializerOf(graph, conv.inputs[1]);
  const { length } = sum.parts;
  const shape = type.shape.with(1, Number(type.shape[1]) * groups * length);
  return {
    ...weight,
    type: { ...type, shape },
    ...(source ? { source: repeated(source, length, groups) } : {}),
  };
}

/** The convolution without its groups. */
function ungrouped({ conv, groups }: Squeeze): readonly Node[] {
  return [groups === 1 ? conv : { ...conv, attributes: { ...conv.attributes, group: 1 } }];
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
      replaceNodes.set(conv.name, ungrouped(squeeze));
      append(addInitializers, [weightOf(graph, squeeze)]);
    }
    return editGraph(graph, { replaceNodes, addInitializers });
  },
};
