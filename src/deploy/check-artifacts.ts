import { rebuildBeside } from '../compile/rebuild-command.ts';
import { createDiagnostic, type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import type { DeployArtifact, DeployRequest } from './destination.ts';

const trained = { set: { '--weights': 'FILE' }, leave: ['--seed'] } as const;

function syntheticRefusal({ directory, manifest }: DeployArtifact): readonly Diagnostic[] {
  if (!('synthetic' in manifest.weights)) return [];
  const rebuild = rebuildBeside(manifest, directory, 'trained', trained);
  return [createDiagnostic('deploy-synthetic-weights', { directory, rebuild })];
}

/** Throws DiagnosticError with every artifact whose weights are made up, unless that was allowed. */
export function requireTrained({ artifacts, allowSynthetic = false }: DeployRequest): void {
  const refusals = allowSynthetic ? [] : artifacts.flatMap(syntheticRefusal);
  if (refusals.length > 0) throw new DiagnosticError(refusals);
}

/** A note for each artifact that cannot name its classes. */
export function labelNotes({ artifacts }: DeployRequest): readonly Diagnostic[] {
  return artifacts
    .filter(({ manifest }) => manifest.labels === undefined)
    .map(({ directory }) => createDiagnostic('deploy-no-labels', { directory }));
}
