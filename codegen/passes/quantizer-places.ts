/* Which tensors of a float graph are quantised, by the rules of a form. */
import type { Graph, Node } from '../ir/graph.ts';
import { inputOf, isGraphOutput, outputOf, usersOf } from '../ir/walk.ts';
import type { Int8Form } from '../quantization/int8-form.ts';
import type { LayerFilter } from './layer-filter.ts';

/** Whether a node is computed in int8; an Add of a constant is part of a norm, which is not. */
export function computesInt8(
  { initializers }: Graph,
  { op, name, inputs }: Node,
  { form, keep }: { readonly form: Int8Form; readonly keep: LayerFilter },
): boolean {
  const addsConstant = op === 'Add' && inputs.some((input) => initializers.has(input));
  return form.computing.has(op) && !keep(name) && !addsConstant;
}

/** Names of the layers that have too few input channels for the form. */
export function narrowLayers(
  { nodes, initializers }: Graph,
  { computing, leastChannels = 0 }: Int8Form,
): ReadonlySet<string> {
  const channelsOf = ({ inputs }: Node): number =>
    Number(initializers.get(inputs[1] ?? '')?.type.shape[1] ?? leastChannels);
  const narrow = nodes.filter((node) => computing.has(node.op) && channelsOf(node) < leastChannels);
  return new Set(narrow.map(({ name }) => name));
}

/** Inputs that are tensors, not parameters: both of an Add, x and the residual of a convolution, x of the others. */
export function tensorInputs(node: Node): readonly string[] {
  if (node.op === 'Add') return node.inputs;
  const residual = node.op === 'FusedConv' ? node.inputs.slice(3) : [];
  return [inputOf(node, 0), ...residual];
}

/** Values that get a quantiser: one each, whose result everything reads that read the value. */
export function findQuantizedValues(
  graph: Graph,
  form: Int8Form,
  keep: LayerFilter,
): ReadonlySet<string> {
  const wanted = new Set<string>();
  for (const node of graph.nodes.toReversed()) {
    const output = outputOf(node);
    const passes = form.passing.get(node.op);
    if (passes && wanted.has(output)) {
      wanted.add(inputOf(node, 0));
      if (passes === 'once') wanted.delete(output);
    }
    if (!computesInt8(graph, node, { form, keep })) continue;
    for (const input of tensorInputs(node)) wanted.add(input);
    if (form.quantizedOutput.has(node.op)) wanted.add(output);
  }
  const users = usersOf(graph);
  // What leaves the graph does so as it is; whoever else reads it reads its quantiser.
  const isRead = (value: string): boolean => !isGraphOutput(graph, value) || users.has(value);
  return new Set([...wanted].filter(isRead));
}
