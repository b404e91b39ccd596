import { join } from 'node:path';
import type { Deployment, DeployRequest } from '../destination.ts';
import { groupArtifacts } from './group-artifacts.ts';
import { type PlannedModel, planModel } from './plan-model.ts';
import { notesOf, serverCommands, serverFacts, verifyCommand } from './tell-models.ts';

/** The models that artifacts become, planned and judged; each for the repository at `repositoryOf` beneath the output folder. */
export async function planModels(
  request: DeployRequest,
  repositoryOf: (name: string) => string = () => '',
): Promise<readonly PlannedModel[]> {
  const models: PlannedModel[] = [];
  for (const group of await groupArtifacts(request)) {
    const output = join(request.output, repositoryOf(group.name));
    models.push(await planModel(group, { ...request, output }));
  }
  return models;
}

/** A Triton model repository: an entry a network and precision. Throws DiagnosticError where Triton would refuse it, before anything is written. */
export async function planTriton(request: DeployRequest): Promise<Deployment> {
  const models = await planModels(request);
  return {
    files: models.flatMap(({ files }) => files),
    next: [
      ...serverCommands(models, request.output),
      ...models.map(({ group }) => verifyCommand(group, 'http://localhost:8000')),
    ],
    notes: notesOf(models),
    facts: { models: models.map(serverFacts) },
  };
}
