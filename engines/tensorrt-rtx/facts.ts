import * as z from 'zod';

/** What a manifest records of an engine that was built ahead of time. */
export const tensorrtRtxFacts = z.object({
  /** `TensorRT-RTX 1.7.1.116` */
  compiler: z.string(),
  /** In rising order. */
  computeCapabilities: z.array(z.string()),
  tf32: z.boolean(),
  auxStreams: z.number(),
  /** Absent where the compiler's log lists none. */
  kernels: z.number().optional(),
  /** The model that onnxruntime's TensorRT-RTX provider loads, around the engine: a file beside it. */
  epContext: z.string().optional(),
});

export type TensorrtRtxFacts = Readonly<z.infer<typeof tensorrtRtxFacts>>;
