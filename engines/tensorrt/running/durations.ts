import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ownValue } from '../../../src/collections/own-value.ts';
import { replaceFile } from '../../../src/io/artifact.ts';
import { readText } from '../../../src/io/open-file.ts';
import { asFields, type Fields } from '../../../src/io/outside-fields.ts';
import { readJson } from '../../../src/io/outside-json.ts';

const fileName = 'durations.json';
const mostEntries = 500;

async function readAll(directory: string): Promise<Fields> {
  const text = await readText(join(directory, fileName), 'file').catch(() => '');
  return asFields(readJson(text).value) ?? {};
}

/** How long the run with this key took last time, in seconds. */
export async function lastDuration(directory: string, key: string): Promise<number | undefined> {
  const seconds = ownValue(await readAll(directory), key);
  return typeof seconds === 'number' ? seconds : undefined;
}

/** Remembers how long a run took. A hint for people only: where it cannot be kept, nothing is said. */
export async function keepDuration(directory: string, key: string, seconds: number): Promise<void> {
  const others = Object.entries(await readAll(directory)).filter(([other]) => other !== key);
  const kept = [...others, [key, Math.round(seconds * 10) / 10]].slice(-mostEntries);
  const text = `${JSON.stringify(Object.fromEntries(kept), null, 1)}\n`;
  await replaceFile(join(directory, fileName), (partial) => writeFile(partial, text)).catch(
    () => {},
  );
}
