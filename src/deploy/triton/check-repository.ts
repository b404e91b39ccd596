import { join } from 'node:path';
import {
  createDiagnostic,
  type Diagnostic,
  DiagnosticError,
} from '../../diagnostics/diagnostic.ts';
import { modelFolders, readModel } from './read-repository.ts';
import { brokenRules, brokenUnserved, type RepositoryModel } from './rules.ts';

/** A model of a repository, judged by Triton's rules. */
export interface ModelJudgement {
  readonly folder: string;
  readonly broken: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** A warning for each version that is not served and could not be. */
function unservedWarnings(model: RepositoryModel, path: string): readonly Diagnostic[] {
  return (model.unserved ?? []).flatMap((one) => {
    const details = brokenUnserved(model, one);
    const { version } = one;
    if (details.length === 0) return [];
    return [createDiagnostic('triton-unserved-version', { path, version }, { details })];
  });
}

async function judge(folder: string): Promise<ModelJudgement> {
  try {
    const model = await readModel(folder);
    const broken = brokenRules(model);
    const path = join(folder, 'config.pbtxt');
    const context = { details: broken };
    const diagnostics =
      broken.length === 0 ? [] : [createDiagnostic('triton-config', { path }, context)];
    return { folder, broken, diagnostics: [...diagnostics, ...unservedWarnings(model, path)] };
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    const { diagnostics } = error;
    return { folder, broken: diagnostics.map(({ message }) => message), diagnostics };
  }
}

/** Judges every model of a repository, or the one in a folder. Throws DiagnosticError `triton-no-model`. */
export async function checkRepository(directory: string): Promise<readonly ModelJudgement[]> {
  const judgements: ModelJudgement[] = [];
  for (const folder of modelFolders(directory)) judgements.push(await judge(folder));
  return judgements;
}
