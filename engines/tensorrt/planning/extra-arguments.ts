import { append } from '../../../src/collections/append.ts';
import { createDiagnostic, type Diagnostic } from '../../../src/diagnostics/diagnostic.ts';
import { findNearest } from '../../../src/diagnostics/nearest.ts';
import { checkConflicts } from './argument-conflicts.ts';
import {
  acceptsOption,
  describeReleases,
  findOption,
  type OptionRow,
  optionNames,
  splitArgument,
} from './option-table.ts';
import type { Release } from './release.ts';

function isFormed(row: OptionRow, value: string | undefined): boolean {
  if (row.value === 'flag') return value === undefined;
  if (!value) return false;
  if (row.value === 'number') return Number.isFinite(Number(value));
  return typeof row.value === 'string' || row.value.includes(value);
}

function checkArgument(
  argument: string,
  taken: ReadonlySet<string>,
  release: Release,
): Diagnostic | undefined {
  const { name, value } = splitArgument(argument);
  const row = findOption(name);
  const { version } = release;
  if (!row) {
    const nearest = findNearest(name, optionNames);
    return createDiagnostic('tensorrt-argument-unknown', { argument: name, nearest });
  }
  if (!acceptsOption(release, row.name)) {
    const releases = describeReleases(row.name);
    const flag = argument;
    return createDiagnostic('tensorrt-option-lacking', { flag, option: name, version, releases });
  }
  if (taken.has(name)) return createDiagnostic('tensorrt-argument-taken', { argument: name });
  if (isFormed(row, value)) return undefined;
  const form = typeof row.value === 'string' ? row.value : row.value.join('|');
  return createDiagnostic('tensorrt-argument-form', { argument, form });
}

/** Appends a user's own arguments to those of the plan; what the release would reject is reported. */
export function appendArguments(
  planned: readonly string[],
  extra: readonly string[],
  release: Release,
  diagnostics: Diagnostic[],
): string[] {
  const taken = new Set(planned.map((argument) => splitArgument(argument).name));
  for (const argument of extra) {
    const mistake = checkArgument(argument, taken, release);
    if (mistake) diagnostics.push(mistake);
    taken.add(splitArgument(argument).name);
  }
  const args = [...planned, ...extra];
  append(diagnostics, checkConflicts(args, extra, release));
  return args;
}
