/*
 * The one file format of figures: what `rcc bench`, `rcc compile` (timing.json) and `rcc eval -o` write, and `rcc report` and `rcc compare` read.
 * One file may hold timings, profiles, fusion audits and accuracies; each list may be empty.
 */

import * as z from 'zod';
import { precisionNames } from '../../codegen/precisions.ts';
import { leastLatencyMs, mostTimeMs } from '../io/outside-fields.ts';
import { benchSchemaVersion } from './bench-version.ts';
import { parseResultFile } from './result-file.ts';

const facts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const precision = z.enum(precisionNames);
const ms = z.number().min(0).max(mostTimeMs);
/** Other times are divided by it. */
const medianMs = ms.min(leastLatencyMs);

const latencySummary = z.object({
  minMs: ms,
  meanMs: ms,
  medianMs: ms,
  p90Ms: ms,
  p95Ms: ms,
  p99Ms: ms,
  maxMs: ms,
  /** Absent where a tool told its own summary only. */
  variation: z.number().nonnegative().optional(),
});

const device = z.object({
  kind: z.enum(['cpu', 'gpu']),
  name: z.string().min(1),
  details: z.record(z.string(), z.union([z.string(), z.number()])),
});

/** A `Measurement` of engines/engine.ts, with the model and where the figure comes from. */
const benchRow = z.object({
  /** Name of the spec, e.g. `resnet50_vd`. */
  model: z.string().min(1),
  /** What the measurement itself does not say: engine release, host, digests. */
  provenance: facts.optional(),
  target: z.string().min(1),
  device,
  precision,
  batch: z.int().positive(),
  latency: latencySummary.extend({ medianMs }),
  imagesPerSecond: z.number().nonnegative(),
  iterations: z.int().positive(),
  warmUpMs: ms,
  definition: z.string(),
  settings: facts,
  stable: z.boolean(),
  warnings: z.array(z.string()),
  parts: z
    .record(z.string(), latencySummary.extend({ definition: z.string().optional() }))
    .optional(),
});

/** Times of one engine's layers, from a profiled run: their sum is not the latency. */
const layerProfile = z.object({
  model: z.string().min(1),
  target: z.string().min(1),
  device,
  precision,
  batch: z.int().positive(),
  definition: z.string(),
  layers: z.array(
    z.object({
      name: z.string(),
      /** `conv`, `pool`, `reformat`, …: decides the colour. */
      kind: z.string(),
      timeMs: ms,
      /** Nodes of the graph that the layer holds. */
      nodes: z.array(z.string()).optional(),
    }),
  ),
});

/** What the fusion audit of one engine found. */
const auditSummary = z.object({
  model: z.string().min(1),
  target: z.string().min(1),
  /** GPU or compute capability that the engine is for. */
  builtFor: z.string(),
  precision,
  /** Absent where one engine serves all batches. */
  batch: z.int().positive().optional(),
  passed: z.boolean(),
  kernels: z.int().nonnegative(),
  residualBlocks: z.int().nonnegative(),
  fusedBlocks: z.int().nonnegative(),
  findings: z.array(z.string()),
});

/** Accuracy of one model at one precision on labelled pictures. */
const accuracy = z.object({
  model: z.string().min(1),
  target: z.string().min(1),
  precision,
  /** Name of the data set, and how many of its pictures were seen. */
  dataset: z.string(),
  images: z.int().positive(),
  top1: z.number().min(0).max(1),
  top5: z.number().min(0).max(1).optional(),
  definition: z.string(),
});

export const benchFileSchema = z.object({
  schemaVersion: z.literal(benchSchemaVersion),
  /** ISO 8601. */
  createdAt: z.string().min(1),
  /** Version of rcc that wrote the file. */
  rcc: z.string(),
  rows: z.array(benchRow),
  profiles: z.array(layerProfile).default([]),
  audits: z.array(auditSummary).default([]),
  accuracies: z.array(accuracy).default([]),
});

export type BenchRow = z.output<typeof benchRow>;
export type LayerProfile = z.output<typeof layerProfile>;
export type AuditSummary = z.output<typeof auditSummary>;
export type Accuracy = z.output<typeof accuracy>;
export type BenchFile = z.output<typeof benchFileSchema>;

/** A bench file with the path it was read from. */
export interface NamedBench {
  readonly path: string;
  readonly bench: BenchFile;
}

/** Throws DiagnosticError `result-file-invalid`. */
export function parseBenchFile(text: string, path: string): NamedBench {
  return { path, bench: parseResultFile(benchFileSchema, text, { path, what: 'bench file' }) };
}
