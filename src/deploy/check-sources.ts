import { requireRecorded } from '../compile/recorded-files.ts';
import type { CopiedFile, DeployedFile } from './destination.ts';

const isCopied = (file: DeployedFile): file is CopiedFile => 'from' in file;

/** Throws DiagnosticError with every file of the artifacts that is missing, or is not what the manifest records. */
export async function checkSources(files: readonly DeployedFile[]): Promise<void> {
  await requireRecorded(files.filter(isCopied));
}
