import { join } from 'node:path';
import { createDiagnostic, type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import { digestIfThere } from '../io/digest-if-there.ts';
import { artifactFiles } from './artifact-files.ts';
import type { Manifest } from './manifest.ts';

/** A file of an artifact, and what its manifest records of it. */
export interface RecordedFile {
  readonly from: string;
  /** In hex. */
  readonly sha256: string;
}

/** Throws DiagnosticError `artifact-file-damaged` with every file that is missing, or is not what the manifest records. */
export async function requireRecorded(files: readonly RecordedFile[]): Promise<void> {
  const refusals: Diagnostic[] = [];
  for (const { from, sha256 } of files) {
    const found = await digestIfThere(from, 'file of an artifact');
    const told = { path: from, isThere: found !== undefined };
    if (found !== sha256) refusals.push(createDiagnostic('artifact-file-damaged', told));
  }
  if (refusals.length > 0) throw new DiagnosticError(refusals);
}

/** What pictures go through and are named by: a built file, or the model itself, and the labels. */
export function recordedFiles(
  directory: string,
  { onnx, labels }: Manifest,
  built?: Pick<Manifest['engines'][number], 'file' | 'sha256'>,
): readonly RecordedFile[] {
  const runs = built ?? { file: artifactFiles.model, sha256: onnx.digest };
  const named = labels ? [{ file: labels.file, sha256: labels.digest }] : [];
  return [runs, ...named].map(({ file, sha256 }) => ({ from: join(directory, file), sha256 }));
}
