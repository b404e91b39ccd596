import { classOutputOf } from '../../../codegen/architecture/output-names.ts';
import type { Serving } from '../../../engines/serving.ts';
import { greatest } from '../../collections/extremes.ts';
import type { Manifest } from '../../compile/manifest.ts';
import type { TritonConfig, TritonTensor, TritonWarmup } from './model-config.ts';
import { type FileFacts, type FileTensor, factsParameter } from './model-facts.ts';
import { fileOfBackend } from './repository-rules.ts';

export const labelsFile = 'labels.txt';

export interface ConfigRequest {
  readonly name: string;
  readonly serving: Pick<
    Serving,
    'backend' | 'runsNodeByNode' | 'parameters' | 'padding' | 'isForProcessors'
  >;
  readonly facts: FileFacts;
  /** 0: Triton makes no batches. */
  readonly maxBatch: number;
  readonly manifest: Manifest;
  /** File of each compute capability, where there are several. */
  readonly byCapability: ReadonlyMap<string, string>;
}

/** Dims as the configuration says them: with the batch in front where Triton makes none. */
function dimsOf({ dims }: FileTensor, { maxBatch, facts: { batch } }: ConfigRequest) {
  if (maxBatch > 0) return dims;
  return ['fixed' in batch ? batch.fixed : -1, ...dims];
}

function tensorOf(tensor: FileTensor, request: ConfigRequest): TritonTensor {
  return { name: tensor.name, data_type: tensor.dataType, dims: dimsOf(tensor, request) };
}

/** Pixels in rows are told to be that; Triton transposes nothing. */
function inputOf(tensor: FileTensor, request: ConfigRequest): TritonTensor {
  const { layout } = request.manifest.preprocessing.input;
  const isPicture = layout === 'NHWC' && dimsOf(tensor, request).length === 3;
  return { ...tensorOf(tensor, request), ...(isPicture ? { format: 'FORMAT_NHWC' } : {}) };
}

/** Where Triton makes no batches, its classes of several rows are counted as one: no labels are offered. */
function outputOf(tensor: FileTensor, request: ConfigRequest): TritonTensor {
  const { maxBatch, manifest } = request;
  const told = classOutputOf(manifest.onnx.outputs);
  const hasLabels = maxBatch > 0 && manifest.labels !== undefined && tensor.name === told?.name;
  return { ...tensorOf(tensor, request), ...(hasLabels ? { label_filename: labelsFile } : {}) };
}

/** A request of zeros of one picture, and of random numbers of the largest batch. */
function warmUps(request: ConfigRequest): readonly TritonWarmup[] {
  const { maxBatch, facts } = request;
  const sizes = [...new Set([1, greatest([1, maxBatch])])];
  const inputOfSize = (tensor: FileTensor, at: number) => ({
    data_type: tensor.dataType,
    dims: dimsOf(tensor, request).map((dim) => (dim === -1 ? 1 : dim)),
    ...(at === 0 ? { zero_data: true } : { random_data: true }),
  });
  return sizes.map((size, at) => ({
    name: `batch ${size}`,
    batch_size: size,
    inputs: Object.fromEntries(
      facts.inputs.map((tensor) => [tensor.name, inputOfSize(tensor, at)]),
    ),
  }));
}

/** Whether the file itself says what it takes: `rcc check-repository` reads that. */
const isReadable = (backend: Serving['backend']): boolean =>
  fileOfBackend(backend).file.endsWith('.onnx');

/** What the model was made from, so that a running server can be asked, and what its backend is told. */
function parametersOf({ manifest, serving, facts, maxBatch }: ConfigRequest) {
  const { model, precision, rcc, onnx, spec, weights } = manifest;
  const texts = {
    'rcc.version': rcc,
    'rcc.model': model,
    'rcc.precision': precision,
    'rcc.onnx.sha256': onnx.digest,
    'rcc.spec.sha256': spec.digest,
    ...(isReadable(serving.backend) ? {} : { [factsParameter]: JSON.stringify(facts) }),
    ...('digest' in weights ? { 'rcc.weights.sha256': weights.digest } : {}),
    ...serving.parameters,
    ...(maxBatch > 1 ? serving.padding : {}),
  };
  return Object.fromEntries(
    Object.entries(texts).map(([key, value]) => [key, { string_value: value }]),
  );
}

/** Level of the onnxruntime backend at which it optimises nothing (onnxruntime_backend@02ffb9e, src/onnxruntime.cc). */
const optimiserOff = 2;

const onProcessor = { count: 1, kind: 'KIND_CPU', gpus: [], profile: [] };

/** The configuration of a model: batching, labels and a warm-up where its batch is free. */
export function configFor(request: ConfigRequest): TritonConfig {
  const { name, serving, facts, maxBatch, byCapability } = request;
  const { file, isNamed } = fileOfBackend(serving.backend);
  return {
    name,
    backend: serving.backend,
    max_batch_size: maxBatch,
    input: facts.inputs.map((tensor) => inputOf(tensor, request)),
    output: facts.outputs.map((tensor) => outputOf(tensor, request)),
    instance_group: serving.isForProcessors ? [onProcessor] : [],
    ...(isNamed ? { default_model_filename: file } : {}),
    cc_model_filenames: Object.fromEntries(byCapability),
    ...(serving.runsNodeByNode ? { optimization: { graph: { level: optimiserOff } } } : {}),
    ...(maxBatch > 0 ? { dynamic_batching: { preferred_batch_size: [] } } : {}),
    model_warmup: warmUps(request),
    parameters: parametersOf(request),
  };
}
