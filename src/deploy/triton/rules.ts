/*
 * What makes Triton refuse a model, or answer wrongly without a word. Each rule gives what it finds broken, in the words of Triton 2.51 where that says
 * something (test/triton asks a real one).
 */
import { engineRules } from './engine-rules.ts';
import { maxBatchOf, type TritonConfig, type TritonTensor } from './model-config.ts';
import type { FileFacts } from './model-facts.ts';
import { repositoryRules } from './repository-rules.ts';
import { schedulingRules } from './scheduling-rules.ts';

/** A model as it lies in a repository, or is going to. */
export interface RepositoryModel {
  /** Name of its folder. */
  readonly folder: string;
  readonly config: TritonConfig;
  /** Lines of the files beside config.pbtxt that a label_filename names; a file that is not there is absent. */
  readonly labels: ReadonlyMap<string, number>;
  /** What is in the versions that Triton would serve. */
  readonly versions: readonly RepositoryVersion[];
  /** What is in the others. */
  readonly unserved?: readonly RepositoryVersion[];
}

export interface RepositoryVersion {
  readonly version: number;
  /** Names of its files. */
  readonly files: readonly string[];
  /** Facts of files, by name, as far as they are known. */
  readonly facts: ReadonlyMap<string, FileFacts>;
}

/** Gives what is broken, a sentence each without a full stop. */
export type Rule = (model: RepositoryModel) => readonly string[];

function tensorProblems(side: 'input' | 'output', tensor: TritonTensor): readonly string[] {
  const { name, data_type: type, dims, format } = tensor;
  if (!name) return [`model ${side} must specify 'name'`];
  const wrong = dims.some((dim) => dim < 1 && dim !== -1);
  const isPicture = format !== undefined && format !== 'FORMAT_NONE';
  return [
    ...(type === undefined || type === 'TYPE_INVALID'
      ? [`model ${side} '${name}' must specify 'data_type'`]
      : []),
    ...(dims.length === 0 ? [`model ${side} '${name}' must specify 'dims'`] : []),
    ...(wrong
      ? [
          `model ${side} '${name}' dimension must be integer >= 1, or -1 to indicate a variable-size dimension`,
        ]
      : []),
    ...(isPicture && dims.length !== 3 ? ['model input NHWC/NCHW require 3 dims'] : []),
  ];
}

const tensorRules: readonly Rule[] = [
  ({ config }) => (maxBatchOf(config) < 0 ? ["'max_batch_size' must be non-negative value"] : []),
  ({ config }) => config.input.flatMap((one) => tensorProblems('input', one)),
  ({ config }) => config.output.flatMap((one) => tensorProblems('output', one)),
];

const rules: readonly Rule[] = [
  ...repositoryRules,
  ...tensorRules,
  ...schedulingRules,
  ...engineRules,
];

/** Every rule that a model breaks. */
export function brokenRules(model: RepositoryModel): readonly string[] {
  return [...new Set(rules.flatMap((rule) => rule(model)))];
}

/** What would be broken beside that if a version that is not served were. */
export function brokenUnserved(
  model: RepositoryModel,
  version: RepositoryVersion,
): readonly string[] {
  const known = brokenRules(model);
  const { version_policy: _, ...config } = model.config;
  return brokenRules({ ...model, config, versions: [version] }).filter(
    (line) => !known.includes(line),
  );
}
