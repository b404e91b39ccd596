import type * as z from 'zod';
import { fail } from '../src/diagnostics/diagnostic.ts';
import { checkForm, problemText } from '../src/io/outside-json.ts';

/** A target's facts as its manifest holds them. Throws `manifest-facts-unreadable`. */
export function readFacts<T>(schema: z.ZodType<T>, facts: unknown, path: string): T {
  const read = checkForm(schema, facts);
  if (!read.problem) return read.value;
  return fail('manifest-facts-unreadable', { path, reason: problemText(read.problem) });
}
