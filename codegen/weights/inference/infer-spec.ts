import { lowerSpec } from '../../architecture/lower.ts';
import { elementCount, sameShape } from '../../ir/types.ts';
import type { Naming } from '../naming/naming.ts';
import { wantedParameters } from '../naming/wanted-parameters.ts';
import type { ParameterRole } from '../parameter-slot.ts';
import { type Candidate, candidatesOf, networkOf } from './candidates.ts';
import { type InferredSpec, publishedDepthOf } from './inferred-spec.ts';
import { type NamedNetwork, type NamedParameter, readNames } from './named-shapes.ts';
import { outlineNetwork } from './network-outline.ts';
import { refuseNetwork } from './refuse-network.ts';
import { shortcutKindOf } from './shortcut-kind.ts';

/** Parameters that tell one network from another; a file that lacks others is incomplete, not another network's. */
const telling: ReadonlySet<ParameterRole> = new Set(['conv.weight', 'linear.weight']);

/** Whether the network has just these weights, by name and shape. */
function fits(
  candidate: Candidate,
  weights: ReadonlyMap<string, readonly number[]>,
  naming: Naming,
): boolean {
  let count = 0;
  for (const { slot, name, shape } of wantedParameters(lowerSpec(networkOf(candidate)), naming)) {
    if (!telling.has(slot.role)) continue;
    const found = weights.get(name);
    if (!found || !sameShape(found, shape)) return false;
    count++;
  }
  return count === weights.size;
}

function countParameters(parameters: readonly NamedParameter[]): number {
  return parameters
    .filter(({ role }) => role !== 'bn.mean' && role !== 'bn.var')
    .reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

/**
 * The architecture behind names and shapes: of the networks that a spec can describe, the one that has these weights.
 * Throws UnsupportedNetwork where none has.
 */
export function inferSpec(network: NamedNetwork): InferredSpec {
  const { naming } = network;
  const { scheme } = naming;
  const parameters = readNames(network);
  const outline = outlineNetwork(parameters, scheme.linearLayout);
  const habits = {
    isPaddle: scheme.batchNorm['bn.mean'] === '_mean',
    norm: { kind: 'batch' } as const,
  };
  const weights = new Map(
    parameters.filter(({ role }) => telling.has(role)).map(({ name, shape }) => [name, shape]),
  );
  const found = candidatesOf(outline, habits).find((candidate) => fits(candidate, weights, naming));
  if (!found) return refuseNetwork(outline);
  const { input, ...described } = found;
  const kind = shortcutKindOf(found, network);
  const depth = publishedDepthOf(described.block, described.stages);
  return {
    ...described,
    scheme: scheme.name,
    ...(depth === undefined ? {} : { depth }),
    inputChannels: input.channels,
    shortcut: kind.shortcut,
    paramCount: countParameters(parameters),
    unknowns: kind.unknown
      ? [{ property: 'shortcut', assumed: kind.shortcut, reason: kind.unknown }]
      : [],
  };
}
