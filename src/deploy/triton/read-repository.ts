/* A model repository as it lies on the disk, whoever wrote it. */
import { basename, join, resolve } from 'node:path';
import { fail } from '../../diagnostics/diagnostic.ts';
import { parseLabels } from '../../images/labels.ts';
import { createFileByteSource } from '../../io/file-byte-source.ts';
import { isFolder, readText, readTextIfThere } from '../../io/open-file.ts';
import { readJsonAs } from '../../io/outside-json.ts';
import { namesIn, versionsIn } from './choose-version.ts';
import { configFile, hasConfig } from './is-repository.ts';
import type { TritonConfig } from './model-config.ts';
import {
  anyBatch,
  type FileFacts,
  factsParameter,
  fileFactsSchema,
  fileTensor,
} from './model-facts.ts';
import { parseConfig } from './pbtxt.ts';
import { modelFilesOf } from './repository-rules.ts';
import type { RepositoryModel, RepositoryVersion } from './rules.ts';

/** Folders of the models: of a repository, every folder of which Triton takes for one, or the one that is a model itself. */
export function modelFolders(directory: string): readonly string[] {
  if (hasConfig(directory)) return [directory];
  const folders = namesIn(directory)
    .map((name) => join(directory, name))
    .filter((path) => isFolder(path, 'folder of a repository'));
  return folders.some(hasConfig) ? folders.toSorted() : fail('triton-no-model', { directory });
}

/** What an ONNX file takes and gives; weights are not read. */
async function factsOfOnnx(path: string): Promise<FileFacts> {
  const { inspectOnnx } = await import('../../../codegen/onnx/inspect.ts');
  const source = createFileByteSource(path, 'model');
  try {
    const { inputs, outputs } = await inspectOnnx(source);
    const tensors = (list: typeof inputs) =>
      list.flatMap(({ name, type }) => (type ? [fileTensor({ name, ...type })] : []));
    const first = inputs[0]?.type?.shape[0];
    const batch = typeof first === 'number' ? { fixed: first } : { most: anyBatch };
    return { batch, inputs: tensors(inputs), outputs: tensors(outputs) };
  } finally {
    source.close();
  }
}

/** What rcc wrote down of an engine; undefined where it did not. */
function keptFacts({ parameters }: TritonConfig): FileFacts | undefined {
  const kept = new Map(Object.entries(parameters)).get(factsParameter)?.string_value;
  return kept === undefined ? undefined : readJsonAs(fileFactsSchema, kept).value;
}

async function factsOf(path: string, config: TritonConfig): Promise<FileFacts | undefined> {
  return path.endsWith('.onnx') ? await factsOfOnnx(path) : keptFacts(config);
}

/** The versions that the policy serves, of those that are there; the newest alone where it says nothing. */
function servedVersions(there: readonly number[], { version_policy: policy }: TritonConfig) {
  if (policy?.all) return there;
  if (policy?.specific)
    return there.filter((version) => policy.specific?.versions.includes(version));
  return there.slice(-(policy?.latest?.num_versions || 1));
}

async function readVersion(
  folder: string,
  version: number,
  config: TritonConfig,
): Promise<RepositoryVersion> {
  const path = join(folder, String(version));
  const files = namesIn(path);
  const facts = new Map<string, FileFacts>();
  for (const file of modelFilesOf(config).filter((name) => files.includes(name))) {
    const found = await factsOf(join(path, file), config);
    if (found) facts.set(file, found);
  }
  return { version, files, facts };
}

async function readLabelCounts(folder: string, { output }: TritonConfig) {
  const counts = new Map<string, number>();
  for (const { label_filename: file } of output) {
    const text = file ? await readTextIfThere(join(folder, file), 'labels file') : undefined;
    if (file && text !== undefined) counts.set(file, parseLabels(text).length);
  }
  return counts;
}

/** A model of a repository with what can be read of its files. Throws DiagnosticError where its configuration is none, or a model's file is damaged. */
export async function readModel(folder: string): Promise<RepositoryModel> {
  const path = join(folder, configFile);
  const config = parseConfig(await readText(path, 'configuration of Triton'), path);
  const there = versionsIn(folder);
  const served = servedVersions(there, config);
  const read = async (numbers: readonly number[]) => {
    const versions: RepositoryVersion[] = [];
    for (const version of numbers) versions.push(await readVersion(folder, version, config));
    return versions;
  };
  const versions = await read(served);
  const unserved = await read(there.filter((version) => !served.includes(version)));
  const labels = await readLabelCounts(folder, config);
  return { folder: basename(resolve(folder)), config, labels, versions, unserved };
}
