import type * as z from 'zod';
import { fail } from '../diagnostics/diagnostic.ts';
import { readJsonAs } from '../io/outside-json.ts';

/** Parses a JSON text against a schema. Throws DiagnosticError `result-file-invalid` that names the first place that does not fit. */
export function parseResultFile<T extends z.ZodType>(
  schema: T,
  text: string,
  { path, what }: { path: string; what: string },
): z.output<T> {
  const read = readJsonAs(schema, text);
  return read.problem ? fail('result-file-invalid', { path, what, ...read.problem }) : read.value;
}
