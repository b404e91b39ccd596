import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fail } from '../../diagnostics/diagnostic.ts';
import { artifactFiles } from '../artifact-files.ts';
import type { Manifest } from '../manifest.ts';
import { readManifestAt } from '../read-manifest.ts';

/** An artifact that was made, as its manifest tells. */
export interface Made {
  readonly manifest: Manifest;
  readonly manifestPath: string;
  /** Folder of the manifest, where the files of the artifact lie too. */
  readonly directory: string;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** The artifact that a folder or a manifest stands for. Throws DiagnosticError where its manifest cannot be read. */
export async function findArtifact(path: string): Promise<Made> {
  const manifestPath = isFolder(path) ? join(path, artifactFiles.manifest) : path;
  const manifest = await readManifestAt(manifestPath);
  return { manifest, manifestPath, directory: dirname(manifestPath) };
}

/** Where the artifact that takes its place goes. Throws DiagnosticError `rebuild-needs-output`. */
export function placeOf({ manifestPath, directory }: Made, output: string | undefined): string {
  if (output !== undefined) return output;
  if (basename(manifestPath) === artifactFiles.manifest) return directory;
  return fail('rebuild-needs-output', { path: manifestPath });
}
