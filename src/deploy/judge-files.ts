import { join } from 'node:path';
import { createDiagnostic, type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import { digestIfThere } from '../io/digest-if-there.ts';
import { sha256 } from '../io/sha256.ts';
import type { DeploymentRecord } from './deployment-record.ts';
import type { DeployedFile } from './destination.ts';

/** A planned file beside what is there. */
export interface JudgedFile {
  readonly file: DeployedFile;
  readonly sha256: string;
  readonly state: 'new' | 'changed' | 'same';
}

/** SHA-256 in hex that a planned file will have. */
export function digestOf(file: DeployedFile): string {
  return 'text' in file ? sha256(file.text) : file.sha256;
}

/** Why a file that is there is not replaced; undefined: rcc wrote it, and nobody changed it since. */
function refusalOf(
  { path, permanent }: DeployedFile,
  { output, found, recorded }: { output: string; found: string; recorded: string | undefined },
): Diagnostic | undefined {
  const at = { path: join(output, path) };
  if (permanent) return createDiagnostic('deploy-version-exists', at);
  if (recorded === undefined) return createDiagnostic('deploy-foreign-file', at);
  return recorded === found ? undefined : createDiagnostic('deploy-edited-file', at);
}

async function judge(
  file: DeployedFile,
  output: string,
  record: DeploymentRecord,
): Promise<JudgedFile | Diagnostic> {
  const digest = digestOf(file);
  const found = await digestIfThere(join(output, file.path), 'deployed file');
  if (found === undefined) return { file, sha256: digest, state: 'new' };
  if (found === digest) return { file, sha256: digest, state: 'same' };
  const recorded = record.get(file.path);
  return refusalOf(file, { output, found, recorded }) ?? { file, sha256: digest, state: 'changed' };
}

/** A destination's mistake is a bug: its paths stay beneath the output folder and outside of rcc's own, each once. */
function requireSafe(files: readonly DeployedFile[]): void {
  const paths = files.map(({ path }) => path);
  const isHidden = (path: string) => path.split('/').some((part) => /^(?:\.|$)/.test(part));
  const wrong = paths.find((path, at) => isHidden(path) || paths.indexOf(path) !== at);
  if (wrong !== undefined) throw new Error(`'${wrong}' is no path of a deployed file`);
}

/** What writing the files would do. Throws DiagnosticError with every file in the way that rcc did not write, or that is not to change. */
export async function judgeFiles(
  files: readonly DeployedFile[],
  output: string,
  record: DeploymentRecord,
): Promise<readonly JudgedFile[]> {
  requireSafe(files);
  const judged: JudgedFile[] = [];
  const refusals: Diagnostic[] = [];
  for (const file of files) {
    const one = await judge(file, output, record);
    if ('file' in one) judged.push(one);
    else refusals.push(one);
  }
  if (refusals.length > 0) throw new DiagnosticError(refusals);
  return judged;
}
