import { join } from 'node:path';
import { shellText } from '../../../engines/command-text.ts';
import type { Deployment, DeployRequest } from '../destination.ts';
import { clientFiles } from './client-facts.ts';
import { nodeInstall, printNodeClient } from './node.ts';
import { printPythonClient, pythonPackages } from './python.ts';

export async function planPython(request: DeployRequest): Promise<Deployment> {
  const { files, facts } = clientFiles(request, 'classify.py', printPythonClient);
  const next = [
    shellText(['pip', 'install', ...pythonPackages(facts)]),
    `${shellText(['python', join(request.output, 'classify.py')])} PICTURE`,
  ];
  return { files, next, notes: [] };
}

export async function planNode(request: DeployRequest): Promise<Deployment> {
  const { files } = clientFiles(request, 'classify.mjs', printNodeClient);
  const next = [
    shellText(['npm', ...nodeInstall, '--prefix', request.output]),
    `${shellText(['node', join(request.output, 'classify.mjs')])} PICTURE`,
  ];
  return { files, next, notes: [] };
}
