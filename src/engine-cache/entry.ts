import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { engineFileSchema, sha256Digest } from '../../engines/engine-file-schema.ts';
import { keyDigest } from '../../engines/engine-key.ts';
import { readTextIfThere } from '../io/open-file.ts';
import { problemText, readJsonAs } from '../io/outside-json.ts';

/** In the entry's folder and in an artifact's: no path. */
const fileName = z.string().regex(/^\w[\w.-]{0,99}$/);

const entrySchema = z.object({
  schemaVersion: z.literal(1),
  /** What decides the engine. */
  key: z.record(z.string(), z.string()),
  model: z.string(),
  builtAt: z.iso.datetime(),
  builtFor: z.string(),
  facts: z.record(z.string(), z.unknown()),
  engines: z.array(engineFileSchema(fileName)).min(1),
  /** Layers and logs of the build. */
  companions: z.array(z.object({ file: fileName, sha256: sha256Digest })),
});

/** What `entry.json` says of an engine that is kept; when it was used last is the file's own time. */
export type Entry = Readonly<z.infer<typeof entrySchema>>;

export const entryFile = 'entry.json';

/** What stands in the folder of an entry. Throws nothing: `problem` says why it is of no use, and both are absent where there is no entry. */
export interface EntryReading {
  readonly entry?: Entry;
  readonly problem?: string;
}

function entryIn(text: string, digest: string): EntryReading {
  const { value, problem } = readJsonAs(entrySchema, text);
  if (problem) return { problem: `${entryFile}: ${problemText(problem)}` };
  return keyDigest(value.key) === digest
    ? { entry: value }
    : { problem: `${entryFile} is of another key` };
}

async function textOf(folder: string): Promise<{ readonly text?: string; readonly why?: string }> {
  try {
    const text = await readTextIfThere(join(folder, entryFile), 'entry of the engine cache');
    return text === undefined ? { why: `there is no ${entryFile}` } : { text };
  } catch {
    return { why: `${entryFile} cannot be read` };
  }
}

/** Reads the entry of a key's digest from its folder. */
export async function readEntry(directory: string, digest: string): Promise<EntryReading> {
  const folder = join(directory, digest);
  const { text, why } = await textOf(folder);
  if (text !== undefined) return entryIn(text, digest);
  // Looked at afterwards: another process may have removed it meanwhile.
  const isThere = await stat(folder).catch(() => undefined);
  return isThere && why !== undefined ? { problem: why } : {};
}
