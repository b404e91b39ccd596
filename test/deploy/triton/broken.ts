/*
 * Configurations of the digits that Triton refuses or answers wrongly, each with what rcc says and, where a real Triton says something, what it says
 * (test/triton/deploy.test.ts asks it).
 */

export const sound = `name: "digits"
backend: "onnxruntime"
max_batch_size: 8
input [ { name: "input" data_type: TYPE_FP32 dims: [ 1, 32, 32 ] } ]
output [ { name: "logits" data_type: TYPE_FP32 dims: [ 10 ] label_filename: "labels.txt" } ]
dynamic_batching { }
`;

export interface Broken {
  readonly what: string;
  readonly config: string;
  /** Part of rcc's sentence. */
  readonly rcc: string;
  /** Part of Triton's log; absent: Triton is not asked, as it loads the model and answers wrongly, or what it says is not known. */
  readonly triton?: string;
  /** Name of the version's folder; default `1`. */
  readonly version?: string;
  readonly withoutLabels?: true;
  readonly withoutModel?: true;
}

const edited = (from: string, to: string): string => {
  if (!sound.includes(from)) throw new Error(`no ${from}`);
  return sound.replace(from, to);
};
const input = 'name: "input" data_type: TYPE_FP32 dims: [ 1, 32, 32 ]';
const warmUp = (batch: number) =>
  `${sound}model_warmup [ { name: "w" batch_size: ${batch} inputs { key: "input" value { data_type: TYPE_FP32 dims: [ 1, 32, 32 ] zero_data: true } } } ]`;

export const broken: readonly Broken[] = [
  {
    what: 'an unknown field',
    config: edited('max_batch_size', 'max_batchsize'),
    rcc: 'failed to read text proto',
    triton: 'failed to read text proto',
  },
  {
    what: 'an unknown type',
    config: edited('TYPE_FP32', 'TYPE_F32'),
    rcc: 'failed to read text proto',
    triton: 'failed to read text proto',
  },
  {
    what: 'a name that is not the folder',
    config: edited('"digits"', '"numbers"'),
    rcc: 'directory name must equal model name',
    triton: 'directory name must equal model name',
  },
  {
    what: 'a version that is no number',
    config: sound,
    version: 'first',
    rcc: 'at least one version must be available under the version policy',
    triton: 'at least one version must be available under the version policy',
  },
  {
    what: 'a version that is not there',
    config: `${sound}version_policy { specific { versions: [ 3 ] } }`,
    rcc: 'but the version directory is not present',
    triton: 'but the version directory is not present',
  },
  {
    what: 'a preferred batch above the largest',
    config: edited('dynamic_batching { }', 'dynamic_batching { preferred_batch_size: [ 16 ] }'),
    rcc: 'dynamic batching preferred size must be <= max batch size',
    triton: 'dynamic batching preferred size must be <= max batch size',
  },
  {
    what: 'a preferred batch of nothing',
    config: edited('dynamic_batching { }', 'dynamic_batching { preferred_batch_size: [ 0 ] }'),
    rcc: 'dynamic batching preferred size must be positive',
    triton: 'dynamic batching preferred size must be positive',
  },
  {
    what: 'labels that are not there',
    config: sound,
    withoutLabels: true,
    rcc: 'failed to open text file for read',
    triton: 'failed to open text file for read',
  },
  {
    what: 'a picture of one dimension',
    config: edited('dims: [ 1, 32, 32 ]', 'dims: [ 1024 ] format: FORMAT_NHWC'),
    rcc: 'model input NHWC/NCHW require 3 dims',
    triton: 'model input NHWC/NCHW require 3 dims',
  },
  {
    what: 'a negative batch',
    config: edited('max_batch_size: 8', 'max_batch_size: -1'),
    rcc: "'max_batch_size' must be non-negative value",
    triton: "'max_batch_size' must be non-negative value",
  },
  {
    what: 'no dims',
    config: edited(' dims: [ 1, 32, 32 ]', ''),
    rcc: "model input 'input' must specify 'dims'",
    triton: "model input 'input' must specify 'dims'",
  },
  {
    what: 'a dimension of nothing',
    config: edited('[ 1, 32, 32 ]', '[ 0, 32, 32 ]'),
    rcc: "model input 'input' dimension must be integer >= 1, or -1",
    triton: "model input 'input' dimension must be integer >= 1, or -1",
  },
  {
    what: 'no type',
    config: edited(input, 'name: "input" dims: [ 1, 32, 32 ]'),
    rcc: "model input 'input' must specify 'data_type'",
    triton: "model input 'input' must specify 'data_type'",
  },
  {
    what: 'another platform than the backend',
    config: `${sound}platform: "tensorrt_plan"`,
    rcc: "unexpected 'platform' and 'backend' pair, got:tensorrt_plan, onnxruntime",
    triton: "unexpected 'platform' and 'backend' pair, got:tensorrt_plan, onnxruntime",
  },
  {
    what: 'a processor with GPUs',
    config: `${sound}instance_group [ { count: 1 kind: KIND_CPU gpus: [ 0 ] } ]`,
    rcc: 'has kind KIND_CPU but specifies one or more GPUs',
    triton: 'has kind KIND_CPU but specifies one or more GPUs',
  },
  {
    what: 'a profile of another backend',
    config: `${sound}instance_group [ { count: 1 kind: KIND_CPU profile: [ "0" ] } ]`,
    rcc: 'specifies profile, which is only supported for TensorRT models',
    triton: 'which is only supported for TensorRT models',
  },
  {
    what: 'another type than the file',
    config: edited(input, input.replace('FP32', 'FP16')),
    rcc: "input 'input' is TYPE_FP16; the model has TYPE_FP32",
    triton: "input 'input' is TYPE_FP16; the file has",
  },
  {
    what: 'another name than the file',
    config: edited('"input"', '"data"'),
    rcc: "unexpected input 'data': the model has 'input'",
    triton: "unexpected input 'data': the file has",
  },
  {
    what: 'other dims than the file',
    config: edited('[ 1, 32, 32 ]', '[ 3, 32, 32 ]'),
    rcc: "input 'input' has dims [3,32,32]; the model has [1,32,32]",
    triton: "input 'input' has shape",
  },
  {
    what: 'no model',
    config: sound,
    withoutModel: true,
    rcc: "version 1 has no file 'model.onnx'",
    triton: "File doesn't exist",
  },
  {
    what: 'labels without batching',
    config: sound
      .replace('max_batch_size: 8', 'max_batch_size: 0')
      .replace('[ 1, 32, 32 ]', '[ -1, 1, 32, 32 ]')
      .replace('[ 10 ]', '[ -1, 10 ]')
      .replace('dynamic_batching { }', ''),
    rcc: 'labels with max_batch_size 0 are answered wrongly',
  },
  { what: 'a warm-up of too many', config: warmUp(16), rcc: "warm-up 'w' has batch 16" },
  {
    what: 'a warm-up of none',
    config: warmUp(0),
    rcc: "warm-up 'w' must have a batch of at least 1",
  },
];
