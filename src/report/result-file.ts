import type * as z from 'zod';
import { fail } from '../diagnostics/diagnostic.ts';

/** Parses a JSON text against a schema. Throws DiagnosticError `result-file-invalid` that names the first place that does not fit. */
export function parseResultFile<T extends z.ZodType>(
  schema: T,
  text: string,
  { path, what }: { path: string; what: string },
): z.output<T> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
    return fail('result-file-invalid', { path, what, place: '', reason: `no JSON (${reason})` });
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  return fail('result-file-invalid', {
    path,
    what,
    place: issue?.path.join('.') ?? '',
    reason: issue?.message.replace(/^Invalid input: /, '') ?? 'it does not fit',
  });
}
