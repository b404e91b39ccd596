import * as z from 'zod';
import { outputForms } from '../../codegen/architecture/output-names.ts';
import { inputForms } from '../../codegen/passes/adapt-input.ts';
import { precisionNames } from '../../codegen/precisions.ts';
import { engineFileSchema, sha256Digest } from '../../engines/engine-file-schema.ts';
import { preprocessingSchema } from '../images/preprocessing-schema.ts';
import { manifestVersion } from './manifest-version.ts';

const precision = z.enum(precisionNames);

/** Of a file in the artifact's folder: nothing outside of it is an artifact's. */
const fileName = z.string().regex(/^(?!\.{1,2}$)[^/\\\p{Cc}]+$/u);

/** What stands in programs and configurations that are made of a manifest. */
const plainName = z.string().regex(/^[^\p{Cc}\p{Zl}\p{Zp}]+$/u);

const tensor = z.object({
  name: z.string().regex(/^[A-Za-z_]\w*$/),
  dataType: z.string(),
  shape: z.array(z.union([z.number(), z.literal('N')])),
});

/** The JSON beside an artifact: what it was made from, by what, with which digests (sha256). It holds no time, and no path but those that the command named. */
export const manifestSchema = z.object({
  schemaVersion: z.literal(manifestVersion),
  rcc: z.string(),
  /** What made it, for `rcc`, as it was given; the folder it was put into is left out. Absent where a program called the library. */
  command: z.array(z.string()).optional(),
  model: plainName,
  precision,
  /** As --target takes it, never `auto`. */
  target: z.string(),
  /** The graph in model.onnx; of another precision where the target's builder lowers it. */
  form: z.object({
    precision,
    head: z.object({ layer: z.string(), pool: z.string() }),
    /** `float32`, or the pixels that the model normalises itself. */
    input: z.enum(inputForms),
    /** What it answers; absent: logits. */
    output: z.enum(outputForms).optional(),
    /** Where an int8 graph's quantisers stand, and how it stores its weights. */
    int8: z.string().optional(),
    int8Weights: z.enum(['int8', 'float32']).optional(),
    /** What it computes in between them, where the target's builder takes types from the graph. */
    int8Rest: z.enum(['float16', 'float32']).optional(),
    /** The release that decided the form. */
    release: z.string().optional(),
  }),
  spec: z.object({
    file: z.string(),
    digest: sha256Digest,
    resolved: z.record(z.string(), z.unknown()),
  }),
  weights: z.union([
    z.object({
      file: z.string(),
      format: z.string(),
      scheme: z.string(),
      /** Which of the file's networks was asked for. */
      key: z.string().optional(),
      digest: sha256Digest,
    }),
    z.object({ synthetic: z.literal(true), seed: z.number() }),
  ]),
  /** Names of the classes, one a line, in the artifact's folder. */
  labels: z.object({ file: fileName, digest: sha256Digest, count: z.number() }).optional(),
  /** What the training framework answers for one input: absent where the spec has no reference of its weights. */
  reference: z
    .object({
      /** The first of the spec's reference inputs, normalised, float32 [1, C, H, W]; the digest is over its little-endian numbers. */
      input: z.object({ digest: sha256Digest, shape: z.array(z.number()) }),
      output: z.enum(outputForms),
      /** One a class, to the nearest float32. */
      values: z.array(z.number()),
    })
    .optional(),
  /** What is to be done to pictures before the model. */
  preprocessing: preprocessingSchema,
  onnx: z.object({
    file: fileName,
    digest: sha256Digest,
    sizeBytes: z.number(),
    opset: z.number(),
    inputs: z.array(tensor).min(1),
    outputs: z.array(tensor).min(1),
  }),
  cost: z.object({ params: z.number(), macs: z.number(), flops: z.number() }),
  calibration: z
    .object({
      algorithm: z.string(),
      description: z.string(),
      digest: sha256Digest,
      images: z.number(),
      /** Pictures that were left out. */
      unreadable: z.number().optional(),
      /** What is to know of the data: that it is little, or unlike pictures. */
      warnings: z.array(z.object({ code: z.string(), message: z.string() })).optional(),
    })
    .optional(),
  /** Nodes that compute in float32 because --keep-fp32, --int8-keep or --output-type says so. */
  float32Nodes: z.array(z.string()).optional(),
  casts: z.object({ clampedCount: z.number(), flushedCount: z.number() }).optional(),
  /** What was built, in the order of their batches; none where the model alone was written. */
  engines: z.array(engineFileSchema(fileName)),
  /** What decided the engines: same parts, same engine. `isTaken`: they come from the engine cache, and an earlier run built them. */
  engineKey: z
    .object({ digest: sha256Digest, parts: z.record(z.string(), z.string()), isTaken: z.boolean() })
    .optional(),
  /** What the engines are tied to, in the target's own form. */
  facts: z.record(z.string(), z.unknown()).optional(),
  /** In the folder of a kit (`rcc pack`): what it does elsewhere, and what its results are judged by. */
  kit: z.record(z.string(), z.unknown()).optional(),
});

export type Manifest = z.infer<typeof manifestSchema>;
