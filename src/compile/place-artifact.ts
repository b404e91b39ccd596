import { basename } from 'node:path';
import { type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import { type Renaming, renamePaths } from '../diagnostics/rename-paths.ts';
import { keepNamedLogs } from '../io/kept-logs.ts';
import { type OwnFiles, replaceOwnFiles, type Staged } from '../io/staged-folder.ts';
import { artifactOwnFiles } from './artifact-files.ts';

/** What is told of the folder where an artifact is made means the one that it is for. */
function renamingOf(staged: string): Renaming {
  return [`/${basename(staged)}`, ''];
}

async function explain(error: unknown, staged: string): Promise<unknown> {
  if (!(error instanceof DiagnosticError)) return error;
  const renamings = [...(await keepNamedLogs(error, staged)), renamingOf(staged)];
  return new DiagnosticError(error.diagnostics.map((each) => renamePaths(each, renamings)));
}

/** Tells diagnostics that name files of an artifact by the names that they will have. */
export type Rename = (diagnostic: Diagnostic) => Diagnostic;

/**
 * Lets `work` make an artifact, all of it, in a folder of its own, and puts it in the place of the one in `directory`. When anything fails, `directory` is
 * as it was; logs that tell why stay in a temporary folder.
 */
export async function placeArtifact<T>(
  directory: string,
  work: (staged: string, rename: Rename) => Promise<Staged<T>>,
  files: OwnFiles = artifactOwnFiles,
): Promise<T> {
  return await replaceOwnFiles(directory, files, async (staged) => {
    try {
      return await work(staged, (each) => renamePaths(each, [renamingOf(staged)]));
    } catch (error) {
      throw await explain(error, staged);
    }
  });
}
