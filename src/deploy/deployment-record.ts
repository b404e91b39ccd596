import { join } from 'node:path';
import * as z from 'zod';
import { readTextIfThere } from '../io/open-file.ts';
import { parseResultFile } from '../report/result-file.ts';

/** Beneath the output folder. A file: Triton takes every folder of a repository for a model, whatever its name, and fails where it is none. */
export const recordPath = '.rcc-deployment.json';

const recordSchema = z.object({
  schemaVersion: z.literal(1),
  /** What rcc wrote, with the digest that it had then. */
  files: z.array(z.object({ path: z.string(), sha256: z.string() })),
});

/** SHA-256 by path beneath the output folder. */
export type DeploymentRecord = ReadonlyMap<string, string>;

/** What rcc wrote into a folder; empty where it wrote nothing. Throws DiagnosticError where the record is damaged. */
export async function readRecord(output: string): Promise<DeploymentRecord> {
  const path = join(output, recordPath);
  const what = 'record of a deployment';
  const text = await readTextIfThere(path, what);
  if (text === undefined) return new Map();
  const { files } = parseResultFile(recordSchema, text, { path, what });
  return new Map(files.map((file) => [file.path, file.sha256]));
}

export function recordText(record: DeploymentRecord): string {
  const files = [...record].map(([path, sha256]) => ({ path, sha256 }));
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return `${JSON.stringify({ schemaVersion: 1, files }, null, 2)}\n`;
}
