import { open } from 'node:fs/promises';
import type * as z from 'zod';
import { whileWriting } from '../io/file-failure.ts';
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

/** Adds lines with one write, apart from a line that was cut off before. */
export async function appendLines(path: string, values: readonly unknown[]): Promise<void> {
  if (values.length === 0) return;
  await whileWriting(path, async () => {
    const file = await open(path, 'a+');
    try {
      const { size } = await file.stat();
      const last = Buffer.alloc(1);
      if (size > 0) await file.read(last, 0, 1, size - 1);
      const isCutOff = size > 0 && last.toString() !== '\n';
      await file.appendFile(`${isCutOff ? '\n' : ''}${textOfLines(values)}`);
    } finally {
      await file.close();
    }
  });
}
