import { ownValue } from '../../collections/own-value.ts';
import {
  maxBatchOf,
  type TritonConfig,
  type TritonInstanceGroup,
  type TritonWarmup,
} from './model-config.ts';
import { backendOf } from './repository-rules.ts';
import type { Rule } from './rules.ts';

function preferredProblems(config: TritonConfig): readonly string[] {
  const most = maxBatchOf(config);
  const sizes = config.dynamic_batching?.preferred_batch_size ?? [];
  return [
    ...(sizes.some((size) => size <= 0)
      ? ['dynamic batching preferred size must be positive']
      : []),
    ...(sizes.some((size) => size > most)
      ? [`dynamic batching preferred size must be <= max batch size, which is ${most}`]
      : []),
  ];
}

function groupProblems(
  { kind, gpus, profile }: TritonInstanceGroup,
  config: TritonConfig,
): readonly string[] {
  return [
    ...(kind === 'KIND_CPU' && gpus.length > 0
      ? ['an instance group has kind KIND_CPU but specifies one or more GPUs']
      : []),
    ...(profile.length > 0 && backendOf(config)?.backend !== 'tensorrt'
      ? ['an instance group specifies profile, which is only supported for TensorRT models']
      : []),
  ];
}

/** openvino_backend@9b9ee24, README.md and src/openvino.cc. */
function openvinoProblems(config: TritonConfig): readonly string[] {
  if (backendOf(config)?.backend !== 'openvino') return [];
  const most = maxBatchOf(config);
  const pads = ownValue(config.parameters, 'ENABLE_BATCH_PADDING')?.string_value?.toLowerCase();
  return [
    ...(config.instance_group.some(({ kind }) => kind === 'KIND_GPU')
      ? ["Triton's OpenVINO backend supports only CPU: an instance group has kind KIND_GPU"]
      : []),
    ...(most > 1 && pads !== 'yes'
      ? [
          `Triton's OpenVINO backend refuses every request of less than ${most} pictures without the parameter ENABLE_BATCH_PADDING`,
        ]
      : []),
  ];
}

function warmupProblems(
  { name = '', batch_size: batch = 0, inputs }: TritonWarmup,
  { input, max_batch_size: most = 0 }: TritonConfig,
): readonly string[] {
  const given = new Map(Object.entries(inputs));
  const about = `warm-up '${name}'`;
  const lacking = input.filter((one) => !given.has(one.name ?? ''));
  return [
    ...(batch > Math.max(1, most)
      ? [`${about} has batch ${batch}, max_batch_size is ${most}`]
      : []),
    ...(batch < 1 ? [`${about} must have a batch of at least 1`] : []),
    ...lacking.map((one) => `${about} has nothing for input '${one.name}'`),
    ...input.flatMap((one) => {
      const value = given.get(one.name ?? '');
      return value && value.data_type !== one.data_type
        ? [`${about} gives ${value.data_type} to input '${one.name}', which is ${one.data_type}`]
        : [];
    }),
  ];
}

/** Batching, instances and warm-up. */
export const schedulingRules: readonly Rule[] = [
  ({ config }) =>
    config.dynamic_batching && maxBatchOf(config) === 0
      ? ['dynamic batching needs a max_batch_size above 0']
      : [],
  ({ config }) => preferredProblems(config),
  ({ config: { max_batch_size: most = 0, output } }) =>
    most === 0 && output.some((one) => one.label_filename)
      ? [
          'labels with max_batch_size 0 are answered wrongly: the classes of all rows of a request are counted as one row, and Triton says nothing',
        ]
      : [],
  ({ config }) => config.instance_group.flatMap((group) => groupProblems(group, config)),
  ({ config }) => openvinoProblems(config),
  ({ config }) => config.model_warmup.flatMap((one) => warmupProblems(one, config)),
];
