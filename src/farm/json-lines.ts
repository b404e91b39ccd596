import type * as z from 'zod';
import { appendLines } from '../io/append-lines.ts';
import { readTextIfThere } from '../io/open-file.ts';
import { readJsonAs } from '../io/outside-json.ts';

/** Whole lines of a file of one JSON value a line; none where there is no file. A line that is damaged or cut off is passed over. */
export async function readLines<T>(
  path: string,
  what: string,
  schema: z.ZodType<T>,
): Promise<readonly T[]> {
  const text = (await readTextIfThere(path, what)) ?? '';
  return text.split('\n').flatMap((line) => {
    if (line === '') return [];
    const { value, problem } = readJsonAs(schema, line);
    return problem ? [] : [value];
  });
}

export function textOfLines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

/** Adds a line for each value. */
export async function appendValues(path: string, values: readonly unknown[]): Promise<void> {
  if (values.length > 0) await appendLines(path, textOfLines(values));
}
