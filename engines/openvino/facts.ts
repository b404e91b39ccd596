import * as z from 'zod';

/** What a manifest records of engines of OpenVINO: they load in their own release, on a processor with their instructions. */
export const openvinoFacts = z.object({
  /** `OpenVINO 2026.4.1` */
  runtime: z.string(),
  /** Instructions that it was compiled with, in OpenVINO's words; absent where the release does not say. */
  instructions: z.string().optional(),
  /** Kind of processor, as kernels tell it apart. */
  processor: z.string(),
  processorName: z.string(),
  /** What floats were asked to be computed in, as read back from the compiled model: `f32`, `bf16`. */
  precisionHint: z.string(),
});

export type OpenvinoFacts = Readonly<z.infer<typeof openvinoFacts>>;
