import type { Norm } from '../../../src/language/spec.ts';
import { lowerSpec } from '../../architecture/lower.ts';
import type { Graph } from '../../ir/graph.ts';
import { IllegalNode } from '../../ir/op-types.ts';
import { elementCount, sameShape } from '../../ir/types.ts';
import type { Naming } from '../naming/naming.ts';
import { normOf } from '../naming/statistics.ts';
import { wantedParameters } from '../naming/wanted-parameters.ts';
import type { ParameterRole } from '../parameter-slot.ts';
import { type Candidate, candidatesOf, networkOf } from './candidates.ts';
import { type InferredSpec, publishedDepthOf, type UnknownProperty } from './inferred-spec.ts';
import { type NamedNetwork, type NamedParameter, readNames } from './named-shapes.ts';
import { outlineNetwork } from './network-outline.ts';
import { refuseNetwork } from './refuse-network.ts';
import { shortcutKindOf } from './shortcut-kind.ts';

/** Parameters that tell one network from another; a file that lacks others is incomplete, not another network's. */
const telling: ReadonlySet<ParameterRole> = new Set(['conv.weight', 'linear.weight']);

/** The candidate as a graph; undefined where its numbers do not go together: no network of them can be. */
function lowered(candidate: Candidate): Graph | undefined {
  try {
    return lowerSpec(networkOf(candidate));
  } catch (error) {
    if (error instanceof IllegalNode) return undefined;
    throw error;
  }
}

/** Whether the network has just these weights, by name and shape. */
function fits(
  candidate: Candidate,
  weights: ReadonlyMap<string, readonly number[]>,
  naming: Naming,
): boolean {
  const graph = lowered(candidate);
  if (!graph) return false;
  let count = 0;
  for (const { slot, name, shape } of wantedParameters(graph, naming)) {
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

function unknownNorm({ count }: Extract<Norm, { kind: 'group' }>): UnknownProperty {
  return {
    property: 'norm',
    assumed: `group count ${count}`,
    reason:
      'The file has no running statistics: its norms measure none, and how many groups they have is in no weights file. A file of a batch norm network that has its parameters only looks the same and is not whole.',
  };
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
    paths: scheme.paths,
    norm: normOf(network) ?? ({ kind: 'batch' } as const),
  };
  const weights = new Map(
    parameters.filter(({ role }) => telling.has(role)).map(({ name, shape }) => [name, shape]),
  );
  const found = candidatesOf(outline, habits).find((candidate) => fits(candidate, weights, naming));
  if (!found) return refuseNetwork(outline);
  const { input, ...described } = found;
  const kind = shortcutKindOf(found, network);
  const depth = publishedDepthOf(described);
  return {
    ...described,
    scheme: scheme.name,
    ...(depth === undefined ? {} : { depth }),
    inputChannels: input.channels,
    shortcut: kind.shortcut,
    paramCount: countParameters(parameters),
    unknowns: [
      ...(kind.unknown
        ? [{ property: 'shortcut', assumed: kind.shortcut, reason: kind.unknown }]
        : []),
      ...(found.norm.kind === 'batch' ? [] : [unknownNorm(found.norm)]),
    ],
  };
}
