import { trtexecOptions } from './data/options.ts';
import type { Release } from './release.ts';
import { orderOf, versionText } from './release-order.ts';

export type OptionName = keyof typeof trtexecOptions;

/** How an option's value is written: nothing after the name, a number, a path, one of a list of words, or free text. */
export type ValueForm = 'flag' | 'number' | 'path' | 'text' | readonly string[];

export interface OptionRow {
  readonly name: OptionName;
  readonly value: ValueForm;
  /** Orders of the first and last covered release that take it, in pairs; Infinity: still taken. */
  readonly ranges: readonly (readonly [number, number])[];
  /** Order of the release that first calls it deprecated. */
  readonly deprecated: number;
  readonly instead: string | undefined;
}

interface SourceRow {
  readonly value: ValueForm;
  readonly ranges: readonly (readonly [string, string | null])[];
  readonly deprecated?: string;
  readonly instead?: string;
}

function readRow(name: OptionName): OptionRow {
  const source: SourceRow = trtexecOptions[name];
  return {
    name,
    value: source.value,
    ranges: source.ranges.map(([first, last]) => [orderOf(first), last ? orderOf(last) : Infinity]),
    deprecated: source.deprecated ? orderOf(source.deprecated) : Infinity,
    instead: source.instead,
  };
}

export const optionNames = Object.keys(trtexecOptions) as OptionName[];
const rows = new Map<string, OptionRow>(optionNames.map((name) => [name, readRow(name)]));

/** The row of an option's name (`--fp16`), or undefined where no covered release knows it. */
export function findOption(name: string): OptionRow | undefined {
  return rows.get(name);
}

function rowOf(name: OptionName): OptionRow {
  const row = rows.get(name);
  if (!row) throw new Error(`no row for ${name}`);
  return row;
}

/** Whether a release of trtexec takes the option. */
export function acceptsOption(release: Release, name: OptionName): boolean {
  return rowOf(name).ranges.some(
    ([first, last]) => first <= release.tableOrder && release.tableOrder <= last,
  );
}

/** Whether a release takes the option but warns that it is on its way out or has become the default. */
export function isDeprecated(release: Release, name: OptionName): boolean {
  return acceptsOption(release, name) && rowOf(name).deprecated <= release.tableOrder;
}

/** `8.6.0 and later`, `8.0.1 to 10.16.0`: the releases that take an option, for people. */
export function describeReleases(name: OptionName): string {
  return rowOf(name)
    .ranges.map(([first, last]) =>
      last === Infinity
        ? `${versionText(first)} and later`
        : `${versionText(first)} to ${versionText(last)}`,
    )
    .join(', ');
}

/** An argument of trtexec as it splits them: at the first `=`. */
export function splitArgument(argument: string): { name: string; value: string | undefined } {
  const at = argument.indexOf('=');
  return at < 0
    ? { name: argument, value: undefined }
    : { name: argument.slice(0, at), value: argument.slice(at + 1) };
}
