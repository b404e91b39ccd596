/*
 * What is joined along the channels and then cut again where it was joined is not joined at all: whoever read a Slice reads what the Concat read. So no kernel writes
 * SKNet's two paths side by side. Not where anything else reads the whole.
 */
import { append } from '../../src/collections/append.ts';
import { editGraph } from '../ir/edit.ts';
import type { Graph, Node } from '../ir/graph.ts';
import { inferTypes } from '../ir/infer-types.ts';
import { intOf } from '../ir/ops.ts';
import { isGraphOutput, outputOf, usersOf } from '../ir/walk.ts';
import type { Pass } from './pass.ts';
import { slicedChannels } from './sliced-channels.ts';

type ChannelsOf = (value: string) => number;

/** The input of a Concat that a Slice of it is; undefined where it is none. */
function inputCut(concat: Node, slice: Node, channelsOf: ChannelsOf): string | undefined {
  const cut = slicedChannels(slice);
  let start = 0;
  for (const input of concat.inputs) {
    const channels = channelsOf(input);
    if (cut?.first === start && cut.count === channels) return input;
    start += channels;
  }
  return undefined;
}

/** The value for each Slice of a Concat; none where one of them is none of the joined values, or a joined value would be read no more. */
function cutsOf(concat: Node, readers: readonly Node[], channelsOf: ChannelsOf) {
  const cuts = readers.map((slice) => [slice, inputCut(concat, slice, channelsOf)] as const);
  const values = new Set(cuts.map(([, value]) => value));
  const isCut = !values.has(undefined) && concat.inputs.every((input) => values.has(input));
  return isCut ? cuts : [];
}

export const bypassConcat: Pass = {
  name: 'bypassConcat',
  run(graph: Graph) {
    const users = usersOf(graph);
    const types = inferTypes(graph);
    const channelsOf: ChannelsOf = (value) => Number(types.get(value)?.shape[1]);
    const removed: Node[] = [];
    const renameValues = new Map<string, string>();
    for (const concat of graph.nodes) {
      if (concat.op !== 'Concat' || intOf(concat, 'axis', 1) !== 1) continue;
      const readers = users.get(outputOf(concat)) ?? [];
      const leaves = [concat, ...readers].some((node) => isGraphOutput(graph, outputOf(node)));
      const cuts = leaves ? [] : cutsOf(concat, readers, channelsOf);
      for (const [slice, value] of cuts) renameValues.set(outputOf(slice), value ?? '');
      if (cuts.length > 0) append(removed, [concat, ...readers]);
    }
    const replaceNodes = new Map(removed.map(({ name }) => [name, []]));
    return editGraph(graph, { replaceNodes, renameValues });
  },
};
