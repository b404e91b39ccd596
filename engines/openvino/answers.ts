/* What our script answers. It comes from another process: every field is looked at. */
import * as z from 'zod';
import type { Value } from '../../codegen/ir/graph.ts';
import { type DataType, dataTypes } from '../../codegen/ir/types.ts';

const dtype = z.enum(Object.keys(dataTypes) as [DataType, ...DataType[]]);

const value = z.object({ name: z.string(), dtype, shape: z.array(z.int()) });

/** A compiled model: what it reads and answers, and OpenVINO's properties as read back. */
export const compiledAnswer = z.object({
  inputs: z.array(value).min(1),
  outputs: z.array(value).min(1),
  properties: z.object({
    INFERENCE_PRECISION_HINT: z.string(),
    INFERENCE_NUM_THREADS: z.int(),
    NUM_STREAMS: z.union([z.int(), z.string()]),
    PERFORMANCE_HINT: z.string(),
    ENABLE_CPU_PINNING: z.boolean(),
    OPTIMAL_NUMBER_OF_INFER_REQUESTS: z.int().min(1).max(1024),
    RUNTIME_REQUIREMENTS: z.string().optional(),
  }),
});

export type Compiled = z.infer<typeof compiledAnswer>;

export const ranAnswer = z.object({
  outputs: z.array(value.extend({ path: z.string() })).min(1),
});

export const measuredAnswer = z.object({
  count: z.int().min(1),
  elapsedMs: z.number().positive(),
  cpuMs: z.number().min(0),
  warmUpMs: z.number().min(0),
});

export const profiledAnswer = z.object({ runs: z.int().min(1) });

/** In the words of the IR; the batch is the engine's own. */
export function toValue({ name, dtype: dataType, shape }: z.infer<typeof value>): Value {
  return { name, type: { dataType, shape: shape.map((dim) => (dim < 0 ? 'N' : dim)) } };
}
