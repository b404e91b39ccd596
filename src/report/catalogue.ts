import { join } from 'node:path';
import * as z from 'zod';
import { readText } from '../io/open-file.ts';
import { parseResultFile } from './result-file.ts';
import { specsFolder } from './specs-folder.ts';

/** Milliseconds of TensorRT at batch 1, 4 and 8. */
const times = z.tuple([z.number(), z.number(), z.number()]);

const catalogueEntry = z.object({
  /** Where its spec lies in specs/, without the ending: `timm/seresnext50_32x4d`. */
  name: z.string(),
  /** As its framework calls it. */
  model: z.string(),
  /** What its spec says of the network. */
  words: z.string(),
  params: z.int(),
  /** Multiply-accumulates at batch 1, as its framework's layers have them. */
  macs: z.int().optional(),
  /** Side in pixels. */
  input: z.int(),
  classes: z.int().optional(),
  /** The weights that the framework takes first, and what was measured with them, in percent. */
  weights: z
    .object({
      tag: z.string(),
      resize: z.int().optional(),
      interpolation: z.string().optional(),
      mean: z.array(z.number()).optional(),
      std: z.array(z.number()).optional(),
      top1: z.number().optional(),
      top5: z.number().optional(),
      side: z.int().optional(),
    })
    .optional(),
  /** What the framework's documents say: accuracy in percent, times by GPU and precision. */
  published: z
    .object({
      doc: z.string(),
      top1: z.number(),
      top5: z.number(),
      t4_fp16: times.optional(),
      t4_fp32: times.optional(),
      v100_fp32: times.optional(),
    })
    .optional(),
});

export type CatalogueEntry = z.infer<typeof catalogueEntry>;

/** specs/catalogue.json: the networks of four frameworks that have a spec beside the published 18. */
export const catalogueSchema = z.object({
  /** Where the figures are from. */
  sources: z.array(z.string()),
  models: z.array(catalogueEntry),
});

/** The catalogue that comes with the package. */
export async function readCatalogue(): Promise<z.infer<typeof catalogueSchema>> {
  const path = join(await specsFolder(), 'catalogue.json');
  return parseResultFile(catalogueSchema, await readText(path, 'catalogue'), {
    path,
    what: 'catalogue',
  });
}
