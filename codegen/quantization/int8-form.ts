import type { OpType } from '../ir/ops.ts';

/** Where an int8 graph's quantisers stand and what they make. All forms come from the same calibration. */
export interface Int8Form {
  readonly name: 'int8-trt' | 'int8-ort';
  /** Whether tensors that are never negative are uint8 from 0 to 255; otherwise every tensor is int8, symmetric around 0. */
  readonly unsigned: boolean;
  /**
   * `shortcut`: the convolution before a block's Add keeps its float output, so that engines put the Add into it, and only the other operand is
   * quantised. `both`: the Add is an operation of its own on two quantised operands.
   */
  readonly addOperands: 'shortcut' | 'both';
  /** Operators that are computed in int8 where their inputs are: those are quantised. */
  readonly computing: ReadonlySet<OpType>;
  /** Operators whose output is quantised whoever reads it, because the engine has no int8 kernel with a float output. */
  readonly quantizedOutput: ReadonlySet<OpType>;
  /** `int32`, in units of input scale × weight scale, or left as it is for the engine to do so. */
  readonly bias: 'int32' | 'float32';
  /** Operators that pass numbers on: a quantiser is wanted before them, and again behind where `repeated`. */
  readonly passing: ReadonlyMap<OpType, 'once' | 'repeated'>;
}

export const convolutionOps = ['Conv', 'FusedConv'] as const satisfies readonly OpType[];
export const poolOps = ['AveragePool', 'GlobalAveragePool'] as const satisfies readonly OpType[];

/**
 * What onnxruntime computes with integers on a processor: a convolution needs quantisers on all sides, uint8 activations, and a ReLU goes
 * only where the range begins at 0; Adds and pools have kernels of their own between two quantisers.
 */
export const defaultInt8Form: Int8Form = {
  name: 'int8-ort',
  unsigned: true,
  addOperands: 'both',
  computing: new Set([...convolutionOps, ...poolOps, 'Add', 'Gemm']),
  quantizedOutput: new Set(convolutionOps),
  bias: 'int32',
  passing: new Map([
    ['MaxPool', 'repeated'],
    ['Flatten', 'repeated'],
  ]),
};
