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

const lineOf = (value: unknown): string => `${JSON.stringify(value)}\n`;

/** Lines that are written at once. */
const linesAtOnce = 500;

/** A line for each value, in texts that are small beside all of them. */
export function* textsOfLines(values: readonly unknown[]): Generator<string> {
  for (let start = 0; start < values.length; start += linesAtOnce)
    yield values
      .slice(start, start + linesAtOnce)
      .map(lineOf)
      .join('');
}

/** Adds a line for each value. */
export async function appendValues(path: string, values: readonly unknown[]): Promise<void> {
  if (values.length > 0) await appendLines(path, values.map(lineOf).join(''));
}
