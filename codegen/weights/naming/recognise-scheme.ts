import { createNameParser, type NameScheme, type ParseName, type SchemeName } from './scheme.ts';
import { schemes } from './schemes.ts';

/** Counters and tables beside the parameters; no network needs them to run. */
const ignorable = /(^|\.)(num_batches_tracked|n_averaged)$|@@/;

export function isIgnorable(name: string): boolean {
  return ignorable.test(name);
}

export interface RecognisedScheme {
  readonly scheme: NameScheme;
  readonly parseName: ParseName;
  /** Names that the scheme knows, and all names that count. */
  readonly matched: number;
  readonly total: number;
}

/** Words that a spec may pin, each once. */
export const schemeNames: readonly SchemeName[] = [...new Set(schemes.map(({ name }) => name))];

export function isSchemeName(name: string): name is SchemeName {
  return schemeNames.some((known) => known === name);
}

function answersTo(scheme: NameScheme, pinned: SchemeName): boolean {
  return scheme.name === pinned || scheme.aliases.includes(pinned);
}

/** The scheme that knows most of the names; undefined where none knows half. `pinned` leaves only those that a spec asks for. */
export function recogniseScheme(
  names: Iterable<string>,
  pinned?: SchemeName,
): RecognisedScheme | undefined {
  const best = rankSchemes(names).find(({ scheme }) => !pinned || answersTo(scheme, pinned));
  return best && best.matched * 2 >= best.total && best.matched > 0 ? best : undefined;
}

/** Every scheme with the number of names that it knows, best first. */
export function rankSchemes(names: Iterable<string>): readonly RecognisedScheme[] {
  const counted = [...names].filter((name) => !isIgnorable(name));
  return schemes
    .map((scheme) => {
      const parseName = createNameParser(scheme);
      const matched = counted.filter((name) => parseName(name) !== undefined).length;
      return { scheme, parseName, matched, total: counted.length };
    })
    .sort((a, b) => b.matched - a.matched);
}
