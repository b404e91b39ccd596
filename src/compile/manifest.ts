import * as z from 'zod';

const digest = z.string().regex(/^[0-9a-f]{64}$/);

const tensor = z.object({
  name: z.string(),
  dataType: z.string(),
  shape: z.array(z.union([z.number(), z.literal('N')])),
});

/** The JSON beside an artifact: what it was made from, by what, with which digests (sha256). It holds no time, and no path but those that the command named. */
export const manifestSchema = z.object({
  schemaVersion: z.literal(1),
  rcc: z.string(),
  /** What made it, for `rcc`, as it was given; the folder it was put into is left out. Absent where a program called the library. */
  command: z.array(z.string()).optional(),
  model: z.string(),
  precision: z.enum(['fp32', 'fp16', 'int8']),
  target: z.string(),
  spec: z.object({ file: z.string(), digest, resolved: z.record(z.string(), z.unknown()) }),
  weights: z.union([
    z.object({ file: z.string(), format: z.string(), scheme: z.string(), digest }),
    z.object({ synthetic: z.literal(true), seed: z.number() }),
  ]),
  labels: z.object({ file: z.string(), digest, count: z.number() }).optional(),
  onnx: z.object({
    file: z.string(),
    digest,
    sizeBytes: z.number(),
    opset: z.number(),
    inputs: z.array(tensor),
    outputs: z.array(tensor),
  }),
  cost: z.object({ params: z.number(), macs: z.number(), flops: z.number() }),
  calibration: z
    .object({
      algorithm: z.string(),
      description: z.string(),
      digest,
      images: z.number(),
      /** Pictures that were left out. */
      unreadable: z.number().optional(),
      /** What is to know of the data: that it is little, or unlike pictures. */
      warnings: z.array(z.object({ code: z.string(), message: z.string() })).optional(),
    })
    .optional(),
  /** Nodes that compute in float32 because --keep-fp32 or --int8-keep says so. */
  float32Nodes: z.array(z.string()).optional(),
  casts: z.object({ clampedCount: z.number(), flushedCount: z.number() }).optional(),
  engine: z
    .object({
      file: z.string(),
      sizeBytes: z.number(),
      facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    })
    .optional(),
});

export type Manifest = z.infer<typeof manifestSchema>;
