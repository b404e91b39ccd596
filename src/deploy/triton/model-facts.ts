import * as z from 'zod';
import type { DataType, Dim } from '../../../codegen/ir/types.ts';
import { fail } from '../../diagnostics/diagnostic.ts';

const fileTensorSchema = z.object({
  name: z.string(),
  /** As Triton says it: `TYPE_FP32`. */
  dataType: z.string(),
  /** Without the batch. */
  dims: z.array(z.number()),
});

/** What is known of a model's file, beside what a configuration says of it. */
export const fileFactsSchema = z.object({
  /** Batches that it takes: a range from 1, or one alone. */
  batch: z.union([z.object({ most: z.number() }), z.object({ fixed: z.number() })]),
  inputs: z.array(fileTensorSchema),
  outputs: z.array(fileTensorSchema),
});

/** An input or output of a model's file. */
export type FileTensor = Readonly<z.infer<typeof fileTensorSchema>>;
export type FileFacts = Readonly<z.infer<typeof fileFactsSchema>>;

/** Stands for the largest batch of a file that takes any. */
export const anyBatch = Number.MAX_SAFE_INTEGER;

/** Parameter of a configuration that keeps the facts of an engine that nobody but its backend can read. */
export const factsParameter = 'rcc.engine';

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
