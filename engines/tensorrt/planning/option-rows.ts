import type { OptionRow } from '../../option-row.ts';
import type { TensorrtOptions } from './options.ts';

/** One option of rcc that TensorRT understands. */
export interface TensorrtOptionRow extends OptionRow<keyof TensorrtOptions> {
  readonly group: 'machine' | 'build' | 'time';
}

/* This file is read when the command line starts: it holds data only and brings no library in. */

/** Reads `fp16:hwc8` or `hwc8`. */
function parseIoFormat(text: string): unknown {
  const [first, second] = text.toLowerCase().split(':');
  return second === undefined ? { layout: first } : { type: first, layout: second };
}

/** Reads `1:4:8`. */
function parseProfile(text: string): unknown {
  const [min, opt, max, ...rest] = text.split(':').map(Number);
  return rest.length > 0 ? text : { min, opt, max };
}

const numberList = (text: string) => text.split(',').map(Number);

/** Which release a plan, or a model that is built elsewhere, is for. */
export const releaseRow: TensorrtOptionRow = {
  key: 'trt',
  flags: '--trt <RELEASE>',
  default: 'found',
  doc: 'With --dry-run or rcc pack: TensorRT to plan for, e.g. 8.6, or 10 for the newest 10.x that rcc knows; with --target onnx: to write the model for.',
  group: 'machine',
};

/** The TensorRT options of rcc. Their names and meanings are the same for every release; planning maps them. */
export const tensorrtOptionRows: readonly TensorrtOptionRow[] = [
  {
    key: 'trtexec',
    flags: '--trtexec <COMMAND>',
    default: 'TRTEXEC, PATH, TENSORRT_HOME',
    doc: 'trtexec, or the command that starts it.',
    group: 'machine',
  },
  releaseRow,
  {
    key: 'gpu',
    flags: '--gpu <NAME>',
    default: 'found',
    doc: 'With --dry-run or rcc pack: GPU to plan for, e.g. t4, 4090 or 7.5.',
    group: 'machine',
  },
  {
    key: 'profile',
    flags: '--profile <MIN:OPT:MAX>',
    default: 'an engine for each batch',
    doc: 'One engine for a range of batches, fastest at OPT.',
    group: 'build',
    read: parseProfile,
  },
  {
    key: 'typing',
    flags: '--typing <auto|weak|strong>',
    default: 'auto: weak on 8.x, strong from 9.1',
    doc: 'Who chooses the types: the builder (weak: FP32 graph and a precision flag) or the graph (strong).',
    group: 'build',
  },
  {
    key: 'tf32',
    flags: '--tf32',
    default: 'off: FP32 means FP32',
    doc: 'Lets FP32 engines use TF32 on GPUs that have it (compute capability 8.0 and later).',
    group: 'build',
  },
  {
    key: 'workspaceMiB',
    flags: '--workspace <MiB>',
    default: 'all of the GPU’s memory',
    doc: 'Most memory that a kernel may use as scratch space while the engine is built.',
    group: 'build',
    read: Number,
  },
  {
    key: 'timingCache',
    flags: '--timing-cache <shared|none|FILE>',
    default: 'shared: one for each release and GPU',
    doc: 'Where times of kernels are kept, so that the next build is faster.',
    group: 'build',
  },
  {
    key: 'optimizationLevel',
    flags: '--optimization-level <0..5>',
    default: 'TensorRT’s own, 3',
    doc: 'How long the builder searches: 0 builds fastest, 5 searches longest.',
    group: 'build',
    read: Number,
  },
  {
    key: 'versionCompatible',
    flags: '--version-compatible',
    default: 'off: an engine runs on its own release only',
    doc: 'Builds an engine that later releases load too (10.x in 11.x, 8.x in 10.x).',
    group: 'build',
  },
  {
    key: 'hardwareCompatibility',
    flags: '--hardware-compatibility <none|ampere+|same-compute-capability>',
    default: 'none: an engine runs on its own GPU model only',
    doc: 'Builds an engine that other GPUs load too.',
    group: 'build',
  },
  {
    key: 'refit',
    flags: '--refit',
    default: 'off',
    doc: 'Builds an engine whose weights can be replaced.',
    group: 'build',
  },
  {
    key: 'stripWeights',
    flags: '--strip-weights',
    default: 'off',
    doc: 'Writes an engine without weights, to be refitted where it is loaded.',
    group: 'build',
  },
  {
    key: 'sparsity',
    flags: '--sparsity <disable|enable|force>',
    default: 'disable',
    doc: 'Uses kernels for 2:4 sparse weights; force prunes weights that are not sparse, for timing only.',
    group: 'build',
  },
  {
    key: 'inputFormat',
    flags: '--input-format <[TYPE:]LAYOUT>',
    default: 'chw in the graph’s type',
    doc: 'Type and memory layout of the input, e.g. fp16:hwc8.',
    group: 'build',
    read: parseIoFormat,
  },
  {
    key: 'outputFormat',
    flags: '--output-format <[TYPE:]LAYOUT>',
    default: 'chw in the graph’s type',
    doc: 'Type and memory layout of the output.',
    group: 'build',
    read: parseIoFormat,
  },
  {
    key: 'auxStreams',
    flags: '--aux-streams <N>',
    default: 'the builder decides',
    doc: 'Side streams inside the engine; 0 makes the times of the layers add up.',
    group: 'build',
    read: Number,
  },
  {
    key: 'profilingVerbosity',
    flags: '--profiling-verbosity <none|layer_names_only|detailed>',
    default: 'detailed: what the fusion audit reads',
    doc: 'What the engine tells about its layers.',
    group: 'build',
  },
  {
    key: 'profileLayers',
    flags: '--profile-layers',
    default: 'off',
    doc: 'Times every layer in a run of its own, which leaves the other figures untouched.',
    group: 'time',
  },
  {
    key: 'streams',
    flags: '--streams <N>',
    default: '1',
    doc: 'Batches in flight at once: more throughput, and latencies that say little.',
    group: 'time',
    read: Number,
  },
  {
    key: 'cudaGraph',
    flags: '--cuda-graph',
    default: 'off',
    doc: 'Launches all kernels at once, as a captured graph.',
    group: 'time',
  },
  {
    key: 'spinWait',
    flags: '--spin-wait',
    default: 'off',
    doc: 'Waits for the GPU in a busy loop: steadier times for a full core.',
    group: 'time',
  },
  {
    key: 'transfers',
    flags: '--no-transfers',
    default: 'transfers are part of the latency',
    doc: 'Leaves copies between host and GPU out: latency is then GPU compute time.',
    group: 'time',
  },
  {
    key: 'percentiles',
    flags: '--percentiles <LIST>',
    default: '90,95,99',
    doc: 'Percentiles beside the 90th, 95th and 99th that are always given.',
    group: 'time',
    read: numberList,
  },
  {
    key: 'repeats',
    flags: '--repeats <N>',
    default: '3',
    doc: 'Most runs of a timing until one is stable.',
    group: 'time',
    read: Number,
  },
  {
    key: 'stableVariation',
    flags: '--stable <FRACTION>',
    default: '0.025',
    doc: 'Share of the median up to which spread and drift of GPU compute times count as stable.',
    group: 'time',
    read: Number,
  },
  {
    key: 'device',
    flags: '--device <N>',
    default: '0',
    doc: 'Index of the GPU, in the order of nvidia-smi.',
    group: 'build',
    read: Number,
  },
  {
    key: 'timeoutS',
    flags: '--timeout <S>',
    default: '7200',
    doc: 'Longest that one run of trtexec may take, in seconds.',
    group: 'build',
    read: Number,
  },
  {
    key: 'buildArguments',
    flags: '--trtexec-build-arg <ARG>',
    default: 'none',
    doc: 'One more argument for the build, e.g. --trtexec-build-arg=--maxTactics=1; checked against the release.',
    group: 'build',
    repeatable: true,
  },
  {
    key: 'runArguments',
    flags: '--trtexec-run-arg <ARG>',
    default: 'none',
    doc: 'One more argument for every run of the engine; checked against the release.',
    group: 'time',
    repeatable: true,
  },
];

const rowByKey = new Map(tensorrtOptionRows.map((row) => [row.key, row]));

/** The row of an option. */
export function rowOf(key: keyof TensorrtOptions): TensorrtOptionRow {
  const row = rowByKey.get(key);
  if (!row) throw new Error(`TensorRT has no option ${key}`);
  return row;
}
