import type { TritonConfig } from './model-config.ts';
import type { Rule } from './rules.ts';

/** Triton's older word for a backend, the file that it takes, and the one that it looks for where the configuration names none. */
const backends: readonly {
  readonly backend: string;
  readonly platform?: string;
  readonly file: string;
  readonly usual?: string;
}[] = [
  { backend: 'tensorrt', platform: 'tensorrt_plan', file: 'model.plan' },
  { backend: 'onnxruntime', platform: 'onnxruntime_onnx', file: 'model.onnx' },
  { backend: 'openvino', file: 'model.onnx', usual: 'model.xml' },
];

/** The backend, where it is one that rcc knows. */
export function backendOf({ backend, platform }: TritonConfig) {
  return backends.find((one) => (backend ? one.backend === backend : one.platform === platform));
}

/** The file that a backend is given of a version, and whether the configuration has to name it. */
export function fileOfBackend(name: string): { readonly file: string; readonly isNamed: boolean } {
  const found = backends.find(({ backend }) => backend === name);
  if (!found) throw new Error(`there is no backend ${name}`);
  const { file, usual = file } = found;
  return { file, isNamed: usual !== file };
}

function usualFile(config: TritonConfig): string | undefined {
  const known = backendOf(config);
  return known?.usual ?? known?.file;
}

/** The files that a backend may load of a version: one, or one a kind of GPU. */
export function modelFilesOf(config: TritonConfig): readonly string[] {
  const byGpu = Object.values(config.cc_model_filenames);
  const usual = config.default_model_filename || usualFile(config);
  return byGpu.length > 0 ? byGpu : usual === undefined ? [] : [usual];
}

function pairProblem({ backend, platform }: TritonConfig): readonly string[] {
  const found = backends.find((one) => one.backend === backend);
  return found?.platform && platform && found.platform !== platform
    ? [`unexpected 'platform' and 'backend' pair, got:${platform}, ${backend}`]
    : [];
}

function wantedVersions({ version_policy: policy }: TritonConfig): readonly number[] {
  return policy?.specific?.versions ?? [];
}

/** Names, folders and files. */
export const repositoryRules: readonly Rule[] = [
  ({ folder, config: { name } }) =>
    name && name !== folder
      ? [
          `unexpected directory name '${folder}' for model '${name}', directory name must equal model name`,
        ]
      : [],
  ({ config }) => pairProblem(config),
  ({ config, versions }) => {
    const there = versions.map(({ version }) => version);
    const missing = wantedVersions(config).filter((version) => !there.includes(version));
    const isNone =
      there.length === 0 ||
      (missing.length > 0 && wantedVersions(config).length === missing.length);
    return [
      ...missing.map(
        (version) => `version ${version} is specified, but the version directory is not present`,
      ),
      ...(isNone
        ? [
            'at least one version must be available under the version policy: version folders are positive integers',
          ]
        : []),
    ];
  },
  ({ config, versions }) =>
    versions.flatMap(({ version, files }) =>
      modelFilesOf(config)
        .filter((file) => !files.includes(file))
        .map((file) => `version ${version} has no file '${file}'`),
    ),
  ({ config: { output }, labels }) =>
    output.flatMap(({ label_filename: file }) =>
      file && !labels.has(file)
        ? [`failed to open text file for read ${file}: it is not beside config.pbtxt`]
        : [],
    ),
  ({ config: { output }, labels }) =>
    output.flatMap(({ name, label_filename: file = '', dims }) => {
      const lines = labels.get(file);
      const classes = dims.at(-1) ?? -1;
      return lines !== undefined && classes > 0 && lines !== classes
        ? [`${file} has ${lines} lines; output '${name}' has ${classes} classes`]
        : [];
    }),
];
