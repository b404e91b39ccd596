/*
 * A convolution whose channels are cut into parts, for convolutions of their own, becomes one convolution a part (Res2Net's first 1×1): the same products, and no
 * copies. Not where anything else reads its output, where it adds a residual, or where its channels are in groups. A part keeps the name of what it was cut to,
 * so that its range is the same.
 */
import { append } from '../../src/collections/append.ts';
import { editGraph } from '../ir/edit.ts';
import type { Graph, Initializer, Node } from '../ir/graph.ts';
import { intOf } from '../ir/ops.ts';
import { initializerOf, isGraphOutput, outputOf, usersOf } from '../ir/walk.ts';
import { convolutionOps } from '../quantization/int8-form.ts';
import { pickRows, type RowRange } from '../tensors/pick-rows.ts';
import type { Pass } from './pass.ts';
import { slicedChannels } from './sliced-channels.ts';

type Users = ReadonlyMap<string, readonly Node[]>;

interface Cut {
  readonly slice: Node;
  readonly channels: RowRange;
}

const convolutions: ReadonlySet<Node['op']> = new Set(convolutionOps);
const isConvolution = ({ op }: Node): boolean => convolutions.has(op);
const isUngrouped = (conv: Node): boolean => intOf(conv, 'group', 1) === 1;

export interface SplitOptions {
  /** Whether parts for convolutions in groups are made so too. */
  readonly forGroups: boolean;
}

/** Whether a convolution reads the part, alone or in a sum. */
function feedsConvolution({ slice }: Cut, users: Users, { forGroups }: SplitOptions): boolean {
  const readersOf = (node: Node): readonly Node[] => users.get(outputOf(node)) ?? [];
  const isMeant = (node: Node) => isConvolution(node) && (forGroups || isUngrouped(node));
  return readersOf(slice).some(
    (reader) => isMeant(reader) || (reader.op === 'Add' && readersOf(reader).some(isMeant)),
  );
}

/** The parts that a convolution's output is cut into; none where it is not to be split. */
function cutsOf(
  graph: Graph,
  conv: Node,
  { users, ...options }: SplitOptions & { readonly users: Users },
): readonly Cut[] {
  const isPlain = isConvolution(conv) && conv.inputs.length <= 3 && isUngrouped(conv);
  if (!isPlain || isGraphOutput(graph, outputOf(conv))) return [];
  const readers = users.get(outputOf(conv)) ?? [];
  const cuts = readers.flatMap((slice): Cut[] => {
    const channels = slicedChannels(slice);
    return channels ? [{ slice, channels }] : [];
  });
  const channels = Number(initializerOf(graph, conv.inputs[1]).type.shape[0]);
  const taken = cuts.reduce((sum, cut) => sum + cut.channels.count, 0);
  // Channels that two parts have in common would be computed twice.
  const isCut = cuts.length === readers.length && taken <= channels;
  return isCut && cuts.some((cut) => feedsConvolution(cut, users, options)) ? cuts : [];
}

interface Part {
  readonly node: Node;
  readonly initializers: readonly Initializer[];
}

/** The rows of a convolution's weight or bias, named after the part. */
function rowsOf({ name: whole, type, source }: Initializer, part: string, channels: RowRange) {
  const name = `${part}${whole.slice(whole.lastIndexOf('.'))}`;
  const shape = type.shape.with(0, channels.count);
  return {
    name,
    type: { ...type, shape },
    ...(source ? { source: pickRows(source, [channels]) } : {}),
  };
}

function partOf(graph: Graph, conv: Node, { slice, channels }: Cut, index: number): Part {
  const name = `${conv.name}/part${index}`;
  const [x = '', ...parameters] = conv.inputs;
  const initializers = parameters.map((each) => rowsOf(initializerOf(graph, each), name, channels));
  const inputs = [x, ...initializers.map((each) => each.name)];
  return { node: { ...conv, name, inputs, outputs: slice.outputs }, initializers };
}

export const splitConvolutions = (options: SplitOptions): Pass => ({
  name: 'splitConvolutions',
  run(graph) {
    const users = usersOf(graph);
    const replaceNodes = new Map<string, readonly Node[]>();
    const addInitializers: Initializer[] = [];
    const removeInitializers = new Set<string>();
    for (const conv of graph.nodes) {
      const cuts = cutsOf(graph, conv, { users, ...options });
      if (cuts.length === 0) continue;
      const parts = cuts.map((cut, index) => partOf(graph, conv, cut, index));
      const nodes = parts.map(({ node }) => node);
      replaceNodes.set(conv.name, nodes);
      for (const { slice } of cuts) replaceNodes.set(slice.name, []);
      for (const { initializers } of parts) append(addInitializers, initializers);
      for (const parameter of conv.inputs.slice(1)) removeInitializers.add(parameter);
    }
    return editGraph(graph, { replaceNodes, addInitializers, removeInitializers });
  },
});
