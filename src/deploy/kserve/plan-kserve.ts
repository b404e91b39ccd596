import { quoteForShell } from '../../../engines/command-text.ts';
import { createDiagnostic, fail } from '../../diagnostics/diagnostic.ts';
import type { DeployedFile, Deployment, DeployRequest } from '../destination.ts';
import type { PlannedModel } from '../triton/plan-model.ts';
import { planModels } from '../triton/plan-triton.ts';
import { notesOf, serverFacts, verifyCommand } from '../triton/tell-models.ts';
import { inferenceService, serviceName } from './inference-service.ts';

/** Stands where the user says no other: the cluster's own address of the folder. */
const placeholder = 's3://BUCKET/models';

/** A repository and a service a model: KServe fetches a folder that holds one model's. */
function repositoryOf({ group: { name } }: PlannedModel): string {
  return `repository/${name}`;
}

function filesOf(model: PlannedModel, storageUri: string): readonly DeployedFile[] {
  const { group, files } = model;
  const { name, artifacts } = group;
  const repository = repositoryOf(model);
  const uri = `${storageUri.replace(/\/+$/, '')}/${name}`;
  return [
    ...files.map((file) => ({ ...file, path: `${repository}/${file.path}` })),
    {
      path: `${serviceName(name)}.yaml`,
      text: inferenceService({ name, serving: artifacts[0].serving, storageUri: uri }),
    },
  ];
}

/** Names of the services. Throws DiagnosticError `kserve-same-service` where two models would have one. */
function servicesOf(models: readonly PlannedModel[]): readonly string[] {
  const names = models.map(({ group: { name } }) => name);
  const services = names.map(serviceName);
  const service = services.find((one, at) => services.indexOf(one) !== at);
  if (service === undefined) return services;
  const alike = names.filter((_, at) => services[at] === service);
  return fail('kserve-same-service', { models: alike, service });
}

/** A Triton repository for each model and the InferenceService that serves it. Throws as `planTriton`. */
export async function planKserve(request: DeployRequest): Promise<Deployment> {
  const { output, storageUri = placeholder } = request;
  const models = await planModels(request, (name) => `repository/${name}`);
  const folder = quoteForShell(output);
  const services = servicesOf(models);
  return {
    files: models.flatMap((model) => filesOf(model, storageUri)),
    next: [
      ...(request.storageUri === undefined ? [] : [`# copy ${folder}/repository to ${storageUri}`]),
      ...services.map((service) => `kubectl apply -f ${folder}/${service}.yaml`),
      ...models.map(({ group }) => verifyCommand(group, 'http://HOST')),
    ],
    notes: [
      ...notesOf(models),
      ...(request.storageUri === undefined
        ? [createDiagnostic('kserve-storage', { uri: placeholder, folder: `${output}/repository` })]
        : []),
    ],
    facts: { models: models.map(serverFacts) },
  };
}
