import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import * as z from 'zod';
import { inputForms } from '../../codegen/passes/adapt-input.ts';
import { quoteForShell } from '../../engines/command-text.ts';
import { tensorrtOptionsSchema } from '../../engines/tensorrt/planning/options.ts';
import { algorithmNames } from '../calibration/algorithm-names.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { readText } from '../io/open-file.ts';
import { readJsonAs } from '../io/outside-json.ts';
import { farmFiles } from './farm-files.ts';
import type { Farm } from './scheduler.ts';
import { writeWhole } from './write-whole.ts';

/** What all kits of a farm are made with, beside spec, precision, GPU and release. Paths are absolute. */
const making = z.object({
  weights: z.string().optional(),
  weightsKey: z.string().optional(),
  seed: z.number().optional(),
  batch: z.number().optional(),
  batches: z.array(z.number()).optional(),
  keepFp32: z.array(z.string()).optional(),
  int8Keep: z.array(z.string()).optional(),
  int8Rest: z.enum(['float16', 'float32']).optional(),
  inputForm: z.enum(inputForms).optional(),
  calibrate: z.string().optional(),
  calibrationImages: z.number().optional(),
  calibrationAlgorithm: z.enum(algorithmNames).optional(),
  timing: z.object({
    warmUpMs: z.number(),
    durationMs: z.number(),
    minIterations: z.number(),
  }),
  tensorrt: tensorrtOptionsSchema.omit({ gpu: true, trt: true }),
});

const settingsSchema = z.object({
  schemaVersion: z.literal(1),
  /** Names its jobs for its whole life. */
  name: z.string().regex(/^[\w.-]+$/),
  /** Where the paths of specs begin. */
  directory: z.string(),
  /** Results that farms share. */
  cache: z.string().optional(),
  making,
});

export type KitMaking = Readonly<z.output<typeof making>>;
export type FarmSettings = Readonly<z.output<typeof settingsSchema>>;

/** Readable, and no other farm's: jobs are found by it. */
export function newFarmName(directory: string): string {
  const words = basename(resolve(directory))
    .replaceAll(/[^\w.-]/g, '_')
    .slice(0, 40);
  return `${words || 'farm'}-${randomBytes(3).toString('hex')}`;
}

export async function writeSettings(farm: string, settings: FarmSettings): Promise<void> {
  await writeWhole(join(farm, farmFiles.farm), `${JSON.stringify(settings, null, 2)}\n`);
}

export const isFarm = (directory: string): boolean => existsSync(join(directory, farmFiles.farm));

/** Throws DiagnosticError `farm-not-found` and `farm-plan-damaged`. */
export async function readSettings(directory: string): Promise<FarmSettings> {
  const path = join(directory, farmFiles.farm);
  const command = `rcc farm plan SPECS… --gpu t4 -o ${quoteForShell(directory)}`;
  if (!isFarm(directory)) fail('farm-not-found', { path: directory, command });
  const read = readJsonAs(settingsSchema, await readText(path, 'farm'));
  if (!read.problem) return read.value;
  const { place, reason } = read.problem;
  return fail('farm-plan-damaged', { path, line: 1, reason: `${place}: ${reason}` });
}

/** The farm as schedulers know it. */
export function farmOf(directory: string, { name }: FarmSettings): Farm {
  return { directory: resolve(directory), name };
}
