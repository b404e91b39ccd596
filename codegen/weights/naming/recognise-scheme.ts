import { createNaming, type Naming } from './naming.ts';
import type { SchemeName } from './scheme.ts';
import { schemes } from './schemes.ts';

/** Counters and tables beside the parameters; no network needs them to run. */
const ignorable = /(^|\.)(num_batches_tracked|n_averaged)$|@@/;

export function isIgnorable(name: string): boolean {
  return ignorable.test(name);
}

/** Words that a spec may pin, each once. */
export const schemeNames: readonly SchemeName[] = [...new Set(schemes.map(({ name }) => name))];

export function isSchemeName(name: string): name is SchemeName {
  return schemeNames.some((known) => known === name);
}

const namings: readonly Naming[] = schemes.map(createNaming);

function answersTo({ scheme }: Naming, pinned: SchemeName | undefined): boolean {
  return !pinned || scheme.name === pinned || scheme.aliases.includes(pinned);
}

/** Number of names that a scheme does not know; counting ends above `most`. */
function countUnknown({ parse }: Naming, names: readonly string[], most: number): number {
  let unknown = 0;
  for (const name of names) {
    if (parse(name) === undefined && ++unknown > most) break;
  }
  return unknown;
}

/** The scheme with the fewest unknown names, the first of equals; undefined where each has more than `most`. */
function bestScheme(
  names: readonly string[],
  pinned: SchemeName | undefined,
  most: number,
): Naming | undefined {
  let best: Naming | undefined;
  let fewest = most + 1;
  for (const naming of namings) {
    if (!answersTo(naming, pinned)) continue;
    const unknown = countUnknown(naming, names, fewest - 1);
    if (unknown < fewest) best = naming;
    fewest = Math.min(fewest, unknown);
    if (fewest === 0) break;
  }
  return best;
}

/** The scheme of a file's names; undefined where none knows half of them. `pinned` leaves only those that a spec asks for. */
export function recogniseScheme(names: Iterable<string>, pinned?: SchemeName): Naming | undefined {
  const counted = [...names].filter((name) => !isIgnorable(name));
  if (counted.length === 0) return undefined;
  return bestScheme(counted, pinned, Math.floor(counted.length / 2));
}

/** The scheme that knows most of the names, however few; undefined where none knows any. */
export function nearestScheme(names: Iterable<string>): Naming | undefined {
  const counted = [...names].filter((name) => !isIgnorable(name));
  return bestScheme(counted, undefined, counted.length - 1);
}
