import { join } from 'node:path';
import * as z from 'zod';
import { keyDigest } from '../../engines/engine-key.ts';
import { readTextIfThere } from '../io/open-file.ts';
import { problemText, readJsonAs } from '../io/outside-json.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
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
  engines: z
    .array(
      z.object({
        file: fileName,
        sizeBytes: z.number(),
        sha256: digest,
        batches: z.union([
          z.literal('any'),
          z.object({ min: z.number(), opt: z.number(), max: z.number() }),
        ]),
      }),
    )
    .min(1),
  /** Layers and logs of the build. */
  companions: z.array(z.object({ file: fileName, sha256: digest })),
});

/** What `entry.json` says of an engine that is kept; when it was used last is the file's own time. */
export type Entry = Readonly<z.infer<typeof entrySchema>>;

export const entryFile = 'entry.json';

/** What stands in the folder of an entry. Throws nothing: `problem` says why it is of no use, and both are absent where there is no entry. */
export interface EntryReading {
  readonly entry?: Entry;
  readonly problem?: string;
}

/** Reads the entry of a key's digest from its folder. */
export async function readEntry(directory: string, key: string): Promise<EntryReading> {
  try {
    const text = await readTextIfThere(
      join(directory, key, entryFile),
      'entry of the engine cache',
    );
    if (text === undefined) return {};
    const { value, problem } = readJsonAs(entrySchema, text);
    if (problem) return { problem: `${entryFile}: ${problemText(problem)}` };
    const isOwn = keyDigest(value.key) === key;
    return isOwn ? { entry: value } : { problem: `${entryFile} is of another key` };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : `${entryFile} cannot be read` };
  }
}
