/* What can be given where: values that rcc knows, and files. Everything is loaded when it is asked for. */
import type { Argument, Command, Option } from 'commander';
import { ownValue } from '../../collections/own-value.ts';

/** Files that a shell adds itself: none, all, folders alone, or folders and those with an ending. */
export type Paths = 'none' | 'any' | 'folders' | '.rn';

export interface Value {
  readonly value: string;
  readonly help?: string | undefined;
}

export interface Values {
  readonly values: readonly Value[];
  readonly paths: Paths;
}

type Source = (command: Command) => Promise<Values> | Values;

const none: Values = { values: [], paths: 'none' };
const only =
  (paths: Paths): Source =>
  () => ({ values: [], paths });

function listed(names: Iterable<string>, paths: Paths = 'none'): Values {
  return { values: [...names].map((value) => ({ value })), paths };
}

/** The names of `rcc list`. */
async function specNames(): Promise<readonly string[]> {
  const { catalogueSpecs, publishedSpecs } = await import('../../report/specs-folder.ts');
  return [...(await publishedSpecs()).keys(), ...(await catalogueSpecs()).keys()];
}

async function gpuNames(command: Command): Promise<Values> {
  if (command.name() === 'estimate') {
    const { gpus } = await import('../../estimate/gpus.ts');
    return listed(Object.keys(gpus));
  }
  const { completedGpus } = await import('./gpu-names.ts');
  return listed(completedGpus);
}

async function releases(): Promise<Values> {
  const { supportedReleases } = await import('../../../engines/tensorrt/planning/release.ts');
  return listed(new Set(supportedReleases.map((version) => version.replace(/\.\d+$/, ''))));
}

async function capabilities(): Promise<Values> {
  const { computeCapabilities } = await import('../../../engines/tensorrt/planning/data/gpus.ts');
  return listed(Object.keys(computeCapabilities));
}

async function baselines(): Promise<Values> {
  const { publishedBaselines, readFigures } = await import('../../report/published.ts');
  const { published, baselines: further } = await readFigures();
  return listed([...publishedBaselines(published), ...further].map(({ id }) => id));
}

async function passes(): Promise<Values> {
  const { passNames } = await import('../../../codegen/passes/pipeline.ts');
  return listed(['lower', ...passNames]);
}

async function precisions(): Promise<Values> {
  const { precisionNames } = await import('../../../codegen/precisions.ts');
  return listed(precisionNames);
}

async function explained(): Promise<Values> {
  const { messages } = await import('../../diagnostics/messages.ts');
  const { propertyNames } = await import('../../language/explain.ts');
  return listed([...propertyNames, ...Object.keys(messages)]);
}

async function topics(): Promise<Values> {
  const { commands } = await import('../commands.ts');
  const { targets } = await import('../../targets/targets.ts');
  const helped = targets.filter(({ options }) => options.length > 0).map(({ name }) => name);
  const names = commands.map(({ name }) => name.split(' ')[0] ?? name);
  return listed(new Set([...names, ...helped]));
}

/** By the name of an option, as its value is kept; those that are neither here nor tell files by their placeholder are free. */
export const optionSources: Readonly<Record<string, Source>> = {
  against: baselines,
  computeCapability: capabilities,
  gpu: gpuNames,
  int8Rest: () => listed(['fp16', 'fp32']),
  only: () => listed(['lost', 'timeout', 'failed', 'partial', 'unstable']),
  precision: precisions,
  printAfter: passes,
  trt: releases,
  trtexec: only('any'),
};

/** By the name of an argument. */
export const argumentSources: Readonly<Record<string, Source>> = {
  after: only('any'),
  artifact: only('folders'),
  artifacts: only('folders'),
  before: only('any'),
  benches: only('any'),
  dirs: only('folders'),
  farm: only('folders'),
  files: async () => listed(await specNames(), 'any'),
  image: only('any'),
  model: async () => listed(await specNames(), 'any'),
  models: async () => listed(await specNames(), 'any'),
  name: explained,
  paths: only('any'),
  pictures: only('any'),
  spec: async () => listed(await specNames(), '.rn'),
  specs: async () => listed(await specNames(), '.rn'),
  topic: topics,
  weights: only('any'),
  words: async () => listed(await specNames()),
};

/** `<file>` and its like, by their placeholders. */
const placeholderPaths: Readonly<Record<string, Paths>> = {
  dir: 'folders',
  file: 'any',
  npy: 'any',
  path: 'any',
};

/** `<shared|none|FILE>`: the words in small letters are values. */
function placeholderValues(flags: string): Values | undefined {
  const words = (/[<[](.*)[>\]]/.exec(flags)?.[1] ?? '').split('|');
  const values = words.filter((word) => words.length > 1 && /^[a-z]/.test(word));
  const paths = words.map((word) => ownValue(placeholderPaths, word.toLowerCase())).find(Boolean);
  if (values.length === 0 && paths === undefined) return undefined;
  return listed(values, paths ?? 'none');
}

/** What an option's value may be. */
export async function valuesOfOption(option: Option, command: Command): Promise<Values> {
  if (option.argChoices) return listed(option.argChoices);
  const source = ownValue(optionSources, option.attributeName());
  return source ? await source(command) : (placeholderValues(option.flags) ?? none);
}

/** What an argument may be. */
export async function valuesOfArgument(argument: Argument, command: Command): Promise<Values> {
  if (argument.argChoices) return listed(argument.argChoices);
  const source = ownValue(argumentSources, argument.name());
  return source ? await source(command) : none;
}
