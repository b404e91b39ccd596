import { lowerSpec } from '../../codegen/architecture/lower.ts';
import { type Cost, countCost, nodeCosts } from '../../codegen/cost.ts';
import { groupBy } from '../collections/group-by.ts';
import type { Spec } from '../language/spec.ts';

/** A part of a network: `stem`, `stage1`, …, `head`. */
export interface PartFacts {
  readonly name: string;
  /** Of what it puts out for one picture: [C, H, W], or [numbers]. */
  readonly shape: readonly number[];
  readonly params: number;
  readonly macs: number;
}

export interface NetworkFacts {
  readonly cost: Cost;
  /** In the order of the network. */
  readonly parts: readonly PartFacts[];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

function countNetwork(spec: Spec): NetworkFacts {
  const graph = lowerSpec(spec);
  // Names of nodes are paths that begin with their part.
  const parts = groupBy(nodeCosts(graph), ({ node }) => node.name.split('/')[0] ?? '');
  return {
    cost: countCost(graph),
    parts: [...parts].map(([name, costs]) => ({
      name,
      shape: (costs.at(-1)?.output.shape ?? []).filter((side) => typeof side === 'number'),
      params: sum(costs.map(({ params }) => params)),
      macs: sum(costs.map(({ macs }) => macs)),
    })),
  };
}

/** What a spec says beside its network. */
const beside: ReadonlySet<string> = new Set([
  ...['name', 'file', 'spans', 'labels', 'weights'],
  ...['preprocess', 'expect', 'reference', 'epsilon'],
]);

/** Networks that are kept: those of a file that is full of models. */
const mostKept = 500;

/** Counts networks, each once: while somebody types, all models but one stay what they are. */
export class NetworkCounter {
  readonly #known = new Map<string, NetworkFacts>();

  factsOf(spec: Spec): NetworkFacts {
    const key = JSON.stringify(Object.entries(spec).filter(([name]) => !beside.has(name)));
    const facts = this.#known.get(key) ?? countNetwork(spec);
    this.#known.delete(key);
    this.#known.set(key, facts);
    const [oldest] = this.#known.keys();
    if (this.#known.size > mostKept && oldest !== undefined) this.#known.delete(oldest);
    return facts;
  }
}
