import { join } from 'node:path';
import { classOutputOf } from '../../../codegen/architecture/output-names.ts';
import { artifactFiles } from '../../compile/artifact-files.ts';
import { fail } from '../../diagnostics/diagnostic.ts';
import { readLabels } from '../../images/labels.ts';
import type { DeployedFile, DeployRequest } from '../destination.ts';
import { chooseBatch, type ServedBatch, type ServedFile } from './choose-batch.ts';
import { chooseVersion } from './choose-version.ts';
import { configFor, labelsFile } from './config-for.ts';
import type { ModelGroup } from './group-artifacts.ts';
import { type FileFacts, fileTensor } from './model-facts.ts';
import { printConfig } from './pbtxt.ts';
import { fileOfBackend } from './repository-rules.ts';
import { brokenRules, type RepositoryModel } from './rules.ts';
import { requireSameTensors } from './same-tensors.ts';

/** A model of a repository as it is going to be. */
export interface PlannedModel {
  readonly group: ModelGroup;
  readonly version: number;
  readonly maxBatch: number;
  readonly files: readonly DeployedFile[];
}

/** `7.5` → `model.sm75.plan`, where there are several kinds of GPU; the backend's usual name where not. */
function nameOf({ artifact: { serving } }: ServedFile, isOneOfSeveral: boolean): string {
  const { file: usual } = fileOfBackend(serving.backend);
  if (!isOneOfSeveral) return usual;
  return usual.replace('.', `.sm${serving.computeCapability?.replace('.', '')}.`);
}

function factsOf({ artifact: { serving }, batch }: ServedFile): FileFacts {
  return {
    batch,
    inputs: serving.inputs.map(fileTensor),
    outputs: serving.outputs.map(fileTensor),
  };
}

type NamedFiles = ReadonlyMap<string, ServedFile>;

function namedFiles({ files }: ServedBatch): NamedFiles {
  return new Map(files.map((one) => [nameOf(one, files.length > 1), one]));
}

function byCapability(named: NamedFiles): ReadonlyMap<string, string> {
  if (named.size === 1) return new Map();
  const entries = [...named].map(
    ([
      name,
      {
        artifact: { serving },
      },
    ]) => [serving.computeCapability ?? '', name] as const,
  );
  return new Map(entries);
}

function requireSound(model: RepositoryModel, path: string): void {
  const details = brokenRules(model);
  if (details.length > 0) fail('triton-config', { path }, { details });
}

async function labelCounts({ artifacts: [{ directory, manifest }] }: ModelGroup) {
  if (!manifest.labels) return new Map<string, number>();
  const classes = Number(classOutputOf(manifest.onnx.outputs)?.shape.at(-1));
  const { names } = await readLabels(join(directory, artifactFiles.labels), classes);
  return new Map([[labelsFile, names.length]]);
}

/** Engines that a version holds, labels and the configuration. */
function filesOf(
  { name, artifacts: [{ directory, manifest }] }: ModelGroup,
  version: number,
  { named, config }: { readonly named: NamedFiles; readonly config: string },
): readonly DeployedFile[] {
  const engines = [...named].map(
    ([
      file,
      {
        artifact,
        file: { file: own, sha256 },
      },
    ]) => ({
      path: `${name}/${version}/${file}`,
      from: join(artifact.directory, own),
      sha256,
      permanent: true,
    }),
  );
  const { labels } = manifest;
  const labelled = labels
    ? [
        {
          path: `${name}/${labelsFile}`,
          from: join(directory, artifactFiles.labels),
          sha256: labels.digest,
        },
      ]
    : [];
  return [...engines, ...labelled, { path: `${name}/config.pbtxt`, text: config }];
}

/** The files of one model, its configuration judged by Triton's rules. Throws DiagnosticError. */
export async function planModel(
  group: ModelGroup,
  { output, maxBatch: asked, as }: DeployRequest,
): Promise<PlannedModel> {
  const { name, artifacts } = group;
  const [{ manifest, serving }] = artifacts;
  const batch = chooseBatch(group, asked);
  const { maxBatch } = batch;
  const named = namedFiles(batch);
  const [first] = batch.files;
  const config = configFor({
    name,
    serving,
    facts: factsOf(first),
    maxBatch,
    manifest,
    byCapability: byCapability(named),
  });
  const folder = join(output, name);
  await requireSameTensors(folder, config);
  const digests = new Map([...named].map(([file, one]) => [file, one.file.sha256]));
  const version = await chooseVersion({ folder, files: digests, as });
  const facts = new Map([...named].map(([file, one]) => [file, factsOf(one)]));
  const versions = [{ version, files: [...named.keys()], facts }];
  const labels = await labelCounts(group);
  requireSound({ folder: name, config, labels, versions }, join(folder, 'config.pbtxt'));
  const files = filesOf(group, version, { named, config: printConfig(config) });
  return { group, version, maxBatch, files };
}
