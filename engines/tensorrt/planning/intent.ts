import * as z from 'zod';
import { precisionNames, referencePrecision } from '../../../codegen/precisions.ts';

/** Types that trtexec's I/O formats name (sampleOptions.cpp of the public TensorRT repository, all covered releases). */
const ioTypes = ['fp32', 'fp16', 'bf16', 'int8', 'uint8', 'int32', 'int64'] as const;
/** Memory layouts of pictures that every driven release names. */
const layouts = ['chw', 'chw2', 'chw4', 'hwc8', 'chw16', 'chw32', 'hwc'] as const;

const ioFormat = z.strictObject({
  /** Default: the type the graph declares. */
  type: z.enum(ioTypes).optional(),
  layout: z.enum(layouts),
});

const batchSize = z.int().min(1).max(4096);

export const profileSchema = z
  .strictObject({ min: batchSize, opt: batchSize, max: batchSize })
  .refine(({ min, opt, max }) => min <= opt && opt <= max, 'min ≤ opt ≤ max');

/** What a user wants of TensorRT, in words that mean the same for every release. Each default stands in `tensorrtOptionRows`. */
export const tensorrtIntentSchema = z.strictObject({
  precision: z.enum(precisionNames).default(referencePrecision),
  /** Batches that are timed; without `profile`, an engine is built for each. */
  batches: z.array(batchSize).min(1).default([1, 4, 8]),
  /** One engine for a range of batches instead. */
  profile: profileSchema.optional(),
  typing: z.enum(['auto', 'weak', 'strong']).default('auto'),
  tf32: z.boolean().default(false),
  workspaceMiB: z.int().min(1).max(1_048_576).optional(),
  /** `shared`: rcc's own, one for each release and GPU; `none`; or a file. */
  timingCache: z.string().min(1).default('shared'),
  optimizationLevel: z.int().min(0).max(5).optional(),
  versionCompatible: z.boolean().default(false),
  hardwareCompatibility: z.enum(['none', 'ampere+', 'same-compute-capability']).default('none'),
  refit: z.boolean().default(false),
  stripWeights: z.boolean().default(false),
  sparsity: z.enum(['disable', 'enable', 'force']).default('disable'),
  inputFormat: ioFormat.optional(),
  outputFormat: ioFormat.optional(),
  auxStreams: z.int().min(0).max(64).optional(),
  profilingVerbosity: z.enum(['layer_names_only', 'detailed', 'none']).default('detailed'),
  profileLayers: z.boolean().default(false),
  streams: z.int().min(1).max(64).default(1),
  cudaGraph: z.boolean().default(false),
  spinWait: z.boolean().default(false),
  transfers: z.boolean().default(true),
  warmUpMs: z.number().min(0).max(600_000).default(500),
  durationMs: z.number().min(0).max(3_600_000).default(3000),
  iterations: z.int().min(1).max(10_000_000).default(100),
  percentiles: z.array(z.number().min(0).max(100)).max(16).default([90, 95, 99]),
  repeats: z.int().min(1).max(20).default(3),
  /** Spread and drift of GPU compute times, over their median, up to which a run counts as stable. */
  stableVariation: z.number().min(0).max(1).default(0.025),
  device: z.int().min(0).max(127).default(0),
  timeoutS: z.number().min(1).max(604_800).default(7200),
  /** Further arguments of trtexec, checked against the release's table. */
  buildArguments: z.array(z.string()).default([]),
  runArguments: z.array(z.string()).default([]),
});

export type TensorrtIntent = Readonly<z.infer<typeof tensorrtIntentSchema>>;
export type IoFormat = z.infer<typeof ioFormat>;

/** The intent with every default filled in; for callers that have typed values already. Throws ZodError. */
export function tensorrtIntent(values: z.input<typeof tensorrtIntentSchema> = {}): TensorrtIntent {
  return tensorrtIntentSchema.parse(values);
}
