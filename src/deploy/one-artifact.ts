import { fail } from '../diagnostics/diagnostic.ts';
import type { DeployArtifact, DeployRequest } from './destination.ts';

/** The artifact of a destination that takes one. Throws DiagnosticError `deploy-one-artifact`. */
export function oneArtifact({ artifacts }: DeployRequest): DeployArtifact {
  const [artifact, ...others] = artifacts;
  if (!artifact || others.length > 0) fail('deploy-one-artifact', { count: artifacts.length });
  return artifact;
}
