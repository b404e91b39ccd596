import type { Graph, Initializer } from '../../ir/graph.ts';
import { layoutOf } from '../network-layout.ts';
import type { ParameterSlot } from '../parameter-slot.ts';
import type { Naming } from './naming.ts';
import type { Storage } from './scheme.ts';

/** A parameter of the architecture and what it is called in the file. */
export interface WantedParameter {
  readonly initializer: Initializer;
  readonly slot: ParameterSlot;
  /** The initializer's own name where the scheme has none for it. */
  readonly name: string;
  /** Shape in the file: a linear weight may stand there the other way round, a convolution's as that of another layer. */
  readonly shape: readonly number[];
  readonly transposed: boolean;
}

/** Axes of a weight that the layer has by which it is stored. */
const storedAxes: Readonly<Record<Storage, number>> = { linear: 2, conv1d: 3 };

/** All that a network needs of a file whose names are of the scheme, in the order of the network; one after the other. */
export function* wantedParameters(
  graph: Graph,
  { scheme, nameOf, storageOf }: Naming,
): Generator<WantedParameter> {
  const layout = layoutOf(graph);
  for (const initializer of graph.initializers.values()) {
    const { slot, type } = initializer;
    if (!slot) continue;
    const stored = slot.role === 'conv.weight' ? storageOf(slot, layout) : undefined;
    const isLinear = slot.role === 'linear.weight' || stored === 'linear';
    const transposed = isLinear && scheme.linearLayout === 'io';
    // A norm's numbers are a list, whatever they are multiplied with.
    const axes = slot.role.startsWith('bn.') ? 1 : stored && storedAxes[stored];
    const shape = type.shape.map(Number).slice(0, axes);
    const name = nameOf(slot, layout) ?? initializer.name;
    yield { initializer, slot, name, transposed, shape: transposed ? shape.toReversed() : shape };
  }
}
