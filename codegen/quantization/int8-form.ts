import type { OpType } from '../ir/ops.ts';

/** What a graph's weights and activations are quantised to. */
export type QuantizedType = 'int8' | 'float8e4m3fn';

/** Where the quantisers of an int8 or fp8 graph stand and what they make. All forms come from the same calibration. */
export interface Int8Form {
  readonly name: 'int8-trt' | 'int8-ort' | 'int8-openvino' | 'fp8-trt';
  /** Default: `int8`. */
  readonly numbers?: QuantizedType;
  /** Convolutions and linear layers of fewer input channels are not quantised; default: none. */
  readonly leastChannels?: number;
  /** Whether tensors that are never negative are uint8 from 0 to 255; otherwise every tensor is int8, symmetric around 0. */
  readonly unsigned: boolean;
  /**
   * `shortcut`: the convolution before a block's Add keeps its float output, so that engines put the Add into it, and only the other operand is
   * quantised. `both`: the Add is an operation of its own on two quantised operands.
   */
  readonly addOperands: 'shortcut' | 'both';
  /** Layers that are not quantised, by parts of their paths (layer-filter.ts): docs/precision.md has what was measured. */
  readonly inFloat: readonly string[];
  /** Operators that are computed in int8 where their inputs are: those are quantised. */
  readonly computing: ReadonlySet<OpType>;
  /** Operators whose output is quantised whoever reads it, because the engine has no int8 kernel with a float output. */
  readonly quantizedOutput: ReadonlySet<OpType>;
  /** `int32`, in units of input scale × weight scale, or left as it is for the engine to do so. */
  readonly bias: 'int32' | 'float32';
  /** Operators that pass numbers on: a quantiser is wanted before them, and again behind where `repeated`. */
  readonly passing: ReadonlyMap<OpType, 'once' | 'repeated'>;
}

/** What makes a number for each channel: little work, and kernels that only quantise around each layer. */
export const attentionLayers = ['attention'] as const;

export const convolutionOps = ['Conv', 'FusedConv'] as const satisfies readonly OpType[];
export const poolOps = ['AveragePool', 'GlobalAveragePool'] as const satisfies readonly OpType[];

/** Bytes that FP8 tensor cores read at once, a channel each. */
const float8Channels = 16;

/**
 * FP8 for GPUs: as TensorRT fuses int8, but pools stay in the rest, which have no FP8 kernels, and so does a first convolution of 3 channels
 * (NVIDIA/Model-Optimizer PR 2024).
 */
export const float8Form: Int8Form = {
  name: 'fp8-trt',
  numbers: 'float8e4m3fn',
  leastChannels: float8Channels,
  unsigned: false,
  addOperands: 'shortcut',
  inFloat: attentionLayers,
  computing: new Set([...convolutionOps, 'Gemm']),
  quantizedOutput: new Set(),
  bias: 'float32',
  passing: new Map(),
};

/**
 * What onnxruntime computes with integers on a processor: a convolution needs quantisers on all sides, uint8 activations, and a ReLU goes
 * only where the range begins at 0; Adds and pools have kernels of their own between two quantisers.
 */
export const defaultInt8Form: Int8Form = {
  name: 'int8-ort',
  unsigned: true,
  addOperands: 'both',
  inFloat: attentionLayers,
  computing: new Set([...convolutionOps, ...poolOps, 'Add', 'Gemm']),
  quantizedOutput: new Set(convolutionOps),
  bias: 'int32',
  passing: new Map([
    ['MaxPool', 'repeated'],
    ['Flatten', 'repeated'],
  ]),
};
