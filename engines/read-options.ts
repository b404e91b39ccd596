import type * as z from 'zod';
import { ownValue } from '../src/collections/own-value.ts';
import { createDiagnostic, DiagnosticError } from '../src/diagnostics/diagnostic.ts';
import { flagOf, type OptionRow, type OptionValues } from './option-row.ts';

const textOf = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value) : String(value);

/** What an issue is about: a key of ours, or every key that is none. */
function keysOf(issue: z.core.$ZodIssue): readonly string[] {
  const [key] = issue.path;
  if (key !== undefined) return [String(key)];
  return issue.code === 'unrecognized_keys' ? issue.keys : [];
}

/** The values that a command line or a program asks for. Throws one `option-value` for each that cannot be. */
export function readOptions<T>(
  schema: z.ZodType<T>,
  rows: readonly OptionRow[],
  values: OptionValues,
): T {
  const rowOf = (key: string) => rows.find((row) => row.key === key);
  const readText = (key: string, given: unknown): unknown => {
    const read = rowOf(key)?.read;
    return read && typeof given === 'string' ? read(given) : given;
  };
  const given = Object.entries(values).flatMap(([key, text]) =>
    text === undefined ? [] : [[key, readText(key, text)] as const],
  );
  const result = schema.safeParse(Object.fromEntries(given));
  if (result.success) return result.data;
  const mistakes = result.error.issues.flatMap((issue) =>
    keysOf(issue).map((key) => {
      const row = rowOf(key);
      const flag = row ? flagOf(row) : `--${key}`;
      const text = textOf(ownValue(values, key) ?? '');
      return createDiagnostic('option-value', { flag, text, reason: issue.message });
    }),
  );
  throw new DiagnosticError(mistakes);
}
