import { join } from 'node:path';
import * as z from 'zod';
import { precisionNames } from '../../codegen/precisions.ts';
import { ownValue } from '../collections/own-value.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { findNearest } from '../diagnostics/nearest.ts';
import { readText } from '../io/open-file.ts';
import { parseResultFile } from './result-file.ts';
import { specsFolder } from './specs-folder.ts';

const precision = z.enum(precisionNames);
const share = z.number().min(0).max(1);
/** Milliseconds a batch, by batch size. */
const latencyByBatch = z.record(z.string().regex(/^[1-9]\d*$/), z.number().positive());

const publishedTable = z.object({
  id: z.string(),
  gpu: z.string(),
  precision,
  engine: z.string(),
  /** TensorRT release, or null where nobody says it. */
  release: z.string().nullable(),
  /** What a time holds, or null where nobody says it. */
  interval: z.string().nullable(),
  remarks: z.array(z.string()),
});

const publishedModel = z.object({
  name: z.string(),
  /** Name of the spec in specs/. */
  spec: z.string(),
  /** Spec of the same network under its plainest name: rows of one architecture share it. */
  architecture: z.string(),
  /** How it is drawn: stem and shortcut, or a vd network trained by distillation. */
  family: z.enum(['plain', 'vc', 'vd', 'distilled']),
  side: z.int().positive(),
  resizeShort: z.int().positive(),
  top1: share,
  top5: share,
  referenceTop1: share.optional(),
  referenceTop5: share.optional(),
  flopsG: z.number().positive(),
  paramsM: z.number().positive(),
  /** By id of the table. */
  latencyMs: z.record(z.string(), latencyByBatch),
  remark: z.string().optional(),
});

export const publishedSchema = z
  .object({
    schemaVersion: z.literal(1),
    id: z.literal('published'),
    title: z.string(),
    source: z.string(),
    flopsRule: z.string(),
    remarks: z.array(z.string()),
    tables: z.array(publishedTable),
    models: z.array(publishedModel),
  })
  .refine(
    ({ tables, models }) =>
      models.every(({ latencyMs }) =>
        Object.keys(latencyMs).every((id) => tables.some((table) => table.id === id)),
      ),
    'a model names a table that is not there',
  );

const baselineRow = z.object({
  model: z.string(),
  spec: z.string(),
  side: z.int().positive(),
  precision,
  latencyMs: latencyByBatch,
  offlineImagesPerSecond: z.number().positive().optional(),
});

const baseline = z.object({
  id: z.string(),
  title: z.string(),
  gpu: z.string(),
  engine: z.string(),
  release: z.string().nullable(),
  interval: z.string().nullable(),
  source: z.string(),
  remarks: z.array(z.string()),
  rows: z.array(baselineRow),
});

export const baselinesSchema = z.object({
  schemaVersion: z.literal(1),
  baselines: z.array(baseline),
});

export type Published = z.output<typeof publishedSchema>;
export type PublishedModel = z.output<typeof publishedModel>;
export type PublishedTable = z.output<typeof publishedTable>;
/** Latencies of somebody else's measurement on one GPU, under their own name. */
export type Baseline = z.output<typeof baseline>;
export type BaselineRow = z.output<typeof baselineRow>;

/** Everything others have published: the page of the 18 models, and further measurements apart from it. */
export interface Figures {
  readonly published: Published;
  readonly baselines: readonly Baseline[];
}

/** The latency tables of the page as baselines, one a GPU: `published:v100`, `published:t4`. */
export function publishedBaselines(published: Published): readonly Baseline[] {
  const gpus = [...new Set(published.tables.map(({ gpu }) => gpu))];
  return gpus.map((gpu) => {
    const tables = published.tables.filter((table) => table.gpu === gpu);
    const [first] = tables;
    return {
      id: `published:${gpu.toLowerCase()}`,
      title: `${gpu}, as published`,
      gpu,
      engine: first?.engine ?? '',
      release: first?.release ?? null,
      interval: first?.interval ?? null,
      source: published.source,
      remarks: [...new Set(tables.flatMap(({ remarks }) => remarks))],
      rows: tables.flatMap((table) =>
        published.models.flatMap((model) => {
          const latencyMs = ownValue(model.latencyMs, table.id);
          if (!latencyMs) return [];
          const { spec, side } = model;
          return [{ model: model.name, spec, side, precision: table.precision, latencyMs }];
        }),
      ),
    };
  });
}

/** The baseline of a name as given to `--against`. Throws DiagnosticError `unknown-baseline`. */
export function findBaseline(figures: Figures, name: string): Baseline {
  const all = [...publishedBaselines(figures.published), ...figures.baselines];
  const found = all.find(({ id }) => id === name.toLowerCase());
  const known = all.map(({ id }) => id);
  return found ?? fail('unknown-baseline', { name, known, nearest: findNearest(name, known) });
}

/** specs/published.json and specs/baselines.json, checked. */
export async function readFigures(): Promise<Figures> {
  const folder = await specsFolder();
  const paths = [join(folder, 'published.json'), join(folder, 'baselines.json')] as const;
  const what = 'file of published figures';
  const [published, baselines] = await Promise.all(paths.map((path) => readText(path, what)));
  return {
    published: parseResultFile(publishedSchema, published ?? '', { path: paths[0], what }),
    baselines: parseResultFile(baselinesSchema, baselines ?? '', { path: paths[1], what })
      .baselines,
  };
}
