/** Type of a tensor inside an engine, in ONNX's words. */
export type EngineDataType =
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'float8'
  | 'float4'
  | 'int8'
  | 'uint8'
  | 'int4'
  | 'int32'
  | 'int64'
  | 'bool';

/** What a layer does, whatever the release calls it. `none` costs nothing and is no kernel. */
export type LayerKind =
  | 'convolution'
  | 'gemm'
  | 'pooling'
  | 'softmax'
  | 'reformat'
  | 'quantize'
  | 'pointwise'
  | 'padding'
  | 'shuffle'
  | 'opaque'
  | 'other'
  | 'none';

export interface LayerTensor {
  readonly name: string;
  readonly dataType?: EngineDataType;
  /** −1: known when the engine runs. */
  readonly shape?: readonly number[];
  /** The layout as the release writes it. */
  readonly format?: string;
}

/** One layer of a finished engine. */
export interface EngineLayer {
  readonly name: string;
  /** As the release calls it; empty where the list has names only. */
  readonly type: string;
  readonly kind: LayerKind;
  /** Tensors that flow; constants are not among them. */
  readonly inputs: readonly LayerTensor[];
  readonly outputs: readonly LayerTensor[];
  /** Names that may be ONNX nodes; a release without metadata mixes weights and tensors in. */
  readonly onnxNodes: readonly string[];
  readonly weightsType?: EngineDataType;
  /** Whether the kernel ends with a Relu; undefined: the list does not say. */
  readonly relu?: boolean;
  /** Empty or absent where the kernel is chosen on the user's GPU. */
  readonly tactic?: string;
  /** Optimisation profile that this row belongs to; rows of profile 0 carry no mark. */
  readonly profile?: number;
  /** Mean time of one run, from a profile in which kernels run one after the other. */
  readonly timeMs?: number;
}

interface LayerSourceRow {
  /** Whose layers it tells. */
  readonly title: string;
  /** Both operands of a residual Add are quantised in the form that it fuses; otherwise a quantiser behind the convolution keeps the Add out of it. */
  readonly quantizesBothOperands: boolean;
}

export type LayerSource = 'trtexec' | 'tensorrt-rtx' | 'openvino';

/** Tools that tell an engine's layers. */
export const layerSources: Readonly<Record<LayerSource, LayerSourceRow>> = {
  trtexec: { title: 'TensorRT', quantizesBothOperands: false },
  'tensorrt-rtx': { title: 'TensorRT-RTX', quantizesBothOperands: false },
  openvino: { title: 'OpenVINO', quantizesBothOperands: true },
};

/** The layers of an engine in the order in which they run, from whatever tool told them. */
export interface LayerList {
  readonly source: LayerSource;
  readonly layers: readonly EngineLayer[];
  /** Names of the network's inputs and outputs, where the list has them. */
  readonly bindings: readonly string[];
  /** False: the list holds names only, no types and tensors. */
  readonly detailed: boolean;
  /** False: it was cut off or damaged, and what could be read is here. */
  readonly complete: boolean;
}

/** Kinds that do the network's own work on matrices. */
export function isComputeLayer(layer: EngineLayer): boolean {
  return layer.kind === 'convolution' || layer.kind === 'gemm';
}

/** Whether the layer is a kernel that runs: no view, no signal between streams. */
export function isKernel(layer: EngineLayer): boolean {
  return layer.kind !== 'none';
}
