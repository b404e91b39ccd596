import * as z from 'zod';
import { outputForms } from '../../codegen/architecture/output-names.ts';
import { tensorrtIntentSchema } from '../../engines/tensorrt/planning/intent.ts';

const command = z.object({
  kind: z.enum(['build', 'time', 'profile', 'run']),
  batch: z.number().optional(),
  /** Paths are relative: of what is read to the kit, of what is written to the attempt. */
  arguments: z.array(z.string()),
  engine: z.string(),
  log: z.string(),
});

/** What a kit's manifest says of the kit: everything that its results are judged by. */
export const kitFactsSchema = z.object({
  /** Form of these facts. */
  schema: z.literal(1),
  key: z.string(),
  keyParts: z.object({
    model: z.string(),
    arguments: z.array(z.array(z.string())),
    tensorrt: z.string(),
    gpu: z.string(),
    batches: z.array(z.number()),
    schema: z.number(),
  }),
  /** SHA-256 of kit.sha256, which every attempt notes. */
  digest: z.string(),
  gpu: z.object({ name: z.string(), computeCapability: z.string() }),
  intent: tensorrtIntentSchema,
  /** Digests of graph, weights and ranges, parts of an engine's key. */
  identity: z.object({ graph: z.string(), weights: z.string(), ranges: z.string() }),
  /** What trtexec is asked, by release: the orders from the first up to but without the last, where there is one. */
  plans: z.array(
    z.object({
      from: z.number(),
      until: z.number().optional(),
      release: z.string(),
      graph: z.enum(['fp32', 'typed-fp16', 'int8-qdq', 'fp8-qdq']),
      commands: z.array(command),
    }),
  ),
  expect: z.object({
    /** Where the logits come from, in a few words. */
    against: z.string(),
    output: z.string(),
    /** Of the logits in expect-logits.bin, float32. */
    shape: z.array(z.number()),
    /** Of further outputs, whose numbers follow in that file. */
    others: z.array(z.object({ output: z.string(), shape: z.array(z.number()) })).optional(),
    /** What the first answer is, where the engine tells classes in the other form. */
    kind: z.enum(outputForms).optional(),
    termSize: z.number().optional(),
  }),
});

export type KitFacts = z.infer<typeof kitFactsSchema>;
export type KitPlan = KitFacts['plans'][number];
