import type { DataType, Dim } from '../../../codegen/ir/types.ts';
import { fail } from '../../diagnostics/diagnostic.ts';

/** An input or output of a model's file. */
export interface FileTensor {
  readonly name: string;
  /** As Triton says it: `TYPE_FP32`. */
  readonly dataType: string;
  /** Without the batch. */
  readonly dims: readonly number[];
}

/** What is known of a model's file, beside what a configuration says of it. */
export interface FileFacts {
  /** Batches that it takes: a range from 1, or one alone. */
  readonly batch: { readonly most: number } | { readonly fixed: number };
  readonly inputs: readonly FileTensor[];
  readonly outputs: readonly FileTensor[];
}

const tritonTypes: ReadonlyMap<DataType, string> = new Map([
  ['float32', 'TYPE_FP32'],
  ['float16', 'TYPE_FP16'],
  ['bfloat16', 'TYPE_BF16'],
  ['uint8', 'TYPE_UINT8'],
  ['int8', 'TYPE_INT8'],
  ['int32', 'TYPE_INT32'],
  ['int64', 'TYPE_INT64'],
] as const);

/** A tensor whose first dimension is the batch. Throws DiagnosticError where Triton has no type for it. */
export function fileTensor(tensor: {
  readonly name: string;
  readonly dataType: string;
  readonly shape: readonly Dim[];
}): FileTensor {
  const { name, dataType } = tensor;
  const [, ...dims] = tensor.shape;
  const type = tritonTypes.get(dataType as DataType);
  if (type === undefined) return fail('triton-data-type', { name, dataType });
  return { name, dataType: type, dims: dims.map((dim) => (dim === 'N' ? -1 : dim)) };
}
