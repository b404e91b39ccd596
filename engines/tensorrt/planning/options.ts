import * as z from 'zod';
import { tensorrtIntentSchema } from './intent.ts';

/** What a user may say of TensorRT; precision, batches and how long is timed come from elsewhere. */
export const tensorrtOptionsSchema = tensorrtIntentSchema
  .omit({ precision: true, batches: true, warmUpMs: true, durationMs: true, iterations: true })
  .extend({
    /** trtexec or the command that starts it; absent: TRTEXEC, PATH, TENSORRT_HOME. */
    trtexec: z.string().optional(),
    /** For plans: a release in place of this machine's, e.g. `10.4`. */
    trt: z.string().optional(),
    /** For plans: a GPU in place of this machine's, `t4` or a compute capability. */
    gpu: z.string().optional(),
  });

export type TensorrtOptions = Readonly<z.infer<typeof tensorrtOptionsSchema>>;
