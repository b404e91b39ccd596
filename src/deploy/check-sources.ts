import { append } from '../collections/append.ts';
import { createDiagnostic, type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import { digestIfThere } from '../io/digest-if-there.ts';
import type { CopiedFile, DeployedFile } from './destination.ts';

const isCopied = (file: DeployedFile): file is CopiedFile => 'from' in file;

async function refusalOf({ from, sha256 }: CopiedFile) {
  const found = await digestIfThere(from, 'file of an artifact');
  if (found === sha256) return [];
  return [createDiagnostic('artifact-file-damaged', { path: from, isThere: found !== undefined })];
}

/** Throws DiagnosticError with every file of the artifacts that is missing, or is not what the manifest records. */
export async function checkSources(files: readonly DeployedFile[]): Promise<void> {
  const refusals: Diagnostic[] = [];
  for (const file of files.filter(isCopied)) append(refusals, await refusalOf(file));
  if (refusals.length > 0) throw new DiagnosticError(refusals);
}
