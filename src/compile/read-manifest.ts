import { join } from 'node:path';
import { readText } from '../io/open-file.ts';
import { parseResultFile } from '../report/result-file.ts';
import { artifactFiles } from './artifact-files.ts';
import { type Manifest, manifestSchema } from './manifest.ts';

/** The manifest of an artifact's folder. Throws DiagnosticError where there is none, or it is of another form. */
export async function readManifest(directory: string): Promise<Manifest> {
  const path = join(directory, artifactFiles.manifest);
  const text = await readText(path, 'manifest');
  return parseResultFile(manifestSchema, text, { path, what: 'manifest' });
}
