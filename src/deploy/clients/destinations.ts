import { join } from 'node:path';
import { precisionRow } from '../../../codegen/precisions.ts';
import { shellText } from '../../../engines/command-text.ts';
import { createDiagnostic, type Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Deployment, DeployRequest } from '../destination.ts';
import { oneArtifact } from '../one-artifact.ts';
import { clientFiles } from './client-facts.ts';
import { nodeInstall, printNodeClient } from './node.ts';
import { printPythonClient, pythonPackages } from './python.ts';

/** A note where the precision is one that no graph is written in. */
function precisionNotes(request: DeployRequest): readonly Diagnostic[] {
  const { directory, manifest } = oneArtifact(request);
  const { title, isLowered } = precisionRow(manifest.precision);
  return isLowered ? [createDiagnostic('deploy-precision-widened', { directory, title })] : [];
}

export async function planPython(request: DeployRequest): Promise<Deployment> {
  const { files, facts } = clientFiles(request, 'classify.py', printPythonClient);
  const next = [
    shellText(['pip', 'install', ...pythonPackages(facts)]),
    `${shellText(['python', join(request.output, 'classify.py')])} PICTURE`,
  ];
  return { files, next, notes: precisionNotes(request) };
}

export async function planNode(request: DeployRequest): Promise<Deployment> {
  const { files } = clientFiles(request, 'classify.mjs', printNodeClient);
  const next = [
    shellText(['npm', ...nodeInstall, '--prefix', request.output]),
    `${shellText(['node', join(request.output, 'classify.mjs')])} PICTURE`,
  ];
  return { files, next, notes: precisionNotes(request) };
}
