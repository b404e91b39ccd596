import type { Span } from '../../src/diagnostics/source.ts';
import type { TensorSource } from '../tensors/tensor-source.ts';
import type { ParameterSlot } from '../weights/parameter-slot.ts';
import type { OpType } from './ops.ts';
import type { TensorType } from './types.ts';

export type AttributeValue = number | string | readonly number[];
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** One operation. Inputs and outputs are names of values; a value is made by one node, a graph input or an initializer. */
export interface Node {
  /** Unique, path-like (`stage1/block0/conv1`): no spaces, `+`, `|` or brackets, so that names of fused layers split safely. */
  readonly name: string;
  readonly op: OpType;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
  /** The .rn property that this node comes from. */
  readonly span?: Span;
}

/** A named tensor that flows: graph input or output. */
export interface Value {
  readonly name: string;
  readonly type: TensorType;
}

/** A constant tensor. `source` is absent until weights are bound; `slot` says which parameter of the architecture it is. */
export interface Initializer {
  readonly name: string;
  readonly type: TensorType;
  readonly slot?: ParameterSlot;
  /** Part of the architecture, made by no training: not counted as parameters or work. */
  readonly fixed?: true;
  readonly source?: TensorSource;
}

/** An immutable network in ONNX's words; nodes are in topological order. */
export interface Graph {
  readonly name: string;
  readonly opset: number;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly nodes: readonly Node[];
  readonly initializers: ReadonlyMap<string, Initializer>;
}
