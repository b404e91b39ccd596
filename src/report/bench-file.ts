/*
 * The one file format of figures: what `rcc bench`, `rcc compile` (timing.json) and `rcc eval -o` write, and `rcc report` and `rcc compare` read.
 * One file may hold timings, profiles, fusion audits and accuracies; each list may be empty. A farm's file tells besides which cells of its plan have no figure.
 */

import * as z from 'zod';
import { precisionNames } from '../../codegen/precisions.ts';
import { leastLatencyMs, mostTimeMs } from '../io/outside-fields.ts';
import { benchSchemaVersion } from './bench-version.ts';
import { missingStates, rowStates } from './cell-states.ts';
import { parseResultFile } from './result-file.ts';

const facts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const precision = z.enum(precisionNames);

/** Any facts, of which some have names that rcc goes by. Facts first: they keep the order in which they were written. */
const provenance = facts.and(
  z.looseObject({
    /** A stand-in for trtexec or for the GPU gave the figure: nothing was measured. */
    standIn: z.boolean().optional(),
    /** The network has no trained weights: its time is that of a trained one, its answers are not. */
    madeUpWeights: z.boolean().optional(),
    /** Host that it was measured on. */
    node: z.string().optional(),
    /** The scheduler's id of the job, with its task: `4711_3`. */
    job: z.string().optional(),
    /** Which attempt at the cell it was: the name of its folder. */
    attempt: z.string().optional(),
    /** Key of the kit, which is that of the cell. */
    kitKey: z.string().optional(),
    /** Class of the GPU as planned: `t4`. */
    gpu: z.string().optional(),
  }),
);
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

/** More samples of a row are refused: a page that draws them would be too large. */
const mostSamples = 1000;

/** Medians of all attempts at one batch of a cell that came to a figure, this row's among them. */
const spread = z
  .object({
    attempts: z.int().positive(),
    /** Different hosts among them. */
    nodes: z.int().positive(),
    minMs: medianMs,
    maxMs: medianMs,
  })
  .refine(({ minMs, maxMs }) => minMs <= maxMs, 'minMs is above maxMs');

/** A `Measurement` of engines/engine.ts, with the model and where the figure comes from. */
const benchRow = z.object({
  /** Name of the spec, e.g. `resnet50_vd`. */
  model: z.string().min(1),
  /** What the measurement itself does not say: engine release, host, digests. */
  provenance: provenance.optional(),
  target: z.string().min(1),
  device,
  precision,
  batch: z.int().positive(),
  latency: latencySummary.extend({ medianMs }),
  /** Latencies of single runs in their order, not all of them where there were many; absent where only a summary is known. */
  samplesMs: z.array(ms).min(1).max(mostSamples).optional(),
  imagesPerSecond: z.number().nonnegative(),
  iterations: z.int().positive(),
  warmUpMs: ms,
  definition: z.string(),
  settings: facts,
  stable: z.boolean(),
  warnings: z.array(z.string()),
  /** Absent where nobody judged it: in what `rcc bench` and `rcc compile` write. */
  state: z.enum(rowStates).optional(),
  spread: spread.optional(),
  parts: z
    .record(z.string(), latencySummary.extend({ definition: z.string().optional() }))
    .optional(),
});

/** Batches of one cell of a plan that have no figure. */
const missingCell = z.object({
  model: z.string().min(1),
  precision,
  /** Class of the GPU as planned: `t4`. */
  gpu: z.string().min(1),
  batches: z.array(z.int().positive()).min(1),
  state: z.enum(missingStates),
  /** A sentence or less, for people. */
  why: z.string().min(1),
  provenance: provenance.optional(),
});

/** Times of one engine's layers, from a profiled run: their sum is not the latency. */
const layerProfile = z.object({
  model: z.string().min(1),
  provenance: provenance.optional(),
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
  provenance: provenance.optional(),
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
  /** Absent where there was no plan. */
  missing: z.array(missingCell).optional(),
});

export type BenchRow = z.output<typeof benchRow>;
export type LayerProfile = z.output<typeof layerProfile>;
export type AuditSummary = z.output<typeof auditSummary>;
export type Accuracy = z.output<typeof accuracy>;
export type RowSpread = z.output<typeof spread>;
export type MissingCell = z.output<typeof missingCell>;
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
