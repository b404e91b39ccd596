import * as z from 'zod';

/** What a manifest records of an optimised model: its weights lie in the order that one kind of processor reads. */
export const onnxruntimeFacts = z.object({
  runtime: z.string(),
  /** Kind of processor, as kernels tell it apart. */
  processor: z.string(),
  processorName: z.string(),
  optimization: z.string(),
  exactInt8: z.boolean(),
});

export type OnnxruntimeFacts = Readonly<z.infer<typeof onnxruntimeFacts>>;
