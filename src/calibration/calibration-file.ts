import * as z from 'zod';
import { DiagnosticError, fail } from '../diagnostics/diagnostic.ts';
import { readText } from '../io/open-file.ts';
import { problemText, readJsonAs } from '../io/outside-json.ts';
import { version } from '../version.ts';
import { algorithmNames } from './algorithm-names.ts';
import type { CalibratedTensors } from './calibrate.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const size = z.number().nonnegative();

/** calibration.json: the ranges of an int8 model's tensors, and what they were found with. */
export const calibrationFileSchema = z.object({
  schemaVersion: z.literal(1),
  rcc: z.string(),
  model: z.string(),
  algorithm: z.enum(algorithmNames),
  /** SHA-256 of the spec's meaning; of the weights file, or the seed of made-up weights. */
  spec: digest,
  weights: z.string(),
  data: z.object({
    description: z.string(),
    digest,
    images: z.int().positive(),
    /** Least and most of the numbers of each channel. */
    channels: z.array(z.object({ least: z.number(), most: z.number() })).optional(),
    /** Pictures that were left out, and why the first of them. */
    unreadable: z.object({ count: z.int().positive(), problems: z.array(z.string()) }).optional(),
  }),
  tensors: z.record(z.string(), z.object({ largest: size, range: size })),
});

export type CalibrationFile = z.infer<typeof calibrationFileSchema>;

/** What a calibration belongs to: it is good for nothing else. */
export type CalibrationKey = Pick<CalibrationFile, 'model' | 'algorithm' | 'spec' | 'weights'>;

export function calibrationFile(
  key: CalibrationKey,
  data: CalibrationFile['data'],
  tensors: CalibratedTensors,
): CalibrationFile {
  return { schemaVersion: 1, rcc: version, ...key, data, tensors: Object.fromEntries(tensors) };
}

/** In what a calibration differs from the key, in words; undefined where it fits. */
export function differenceFrom(
  file: CalibrationFile,
  key: CalibrationKey & { readonly data?: string },
): string | undefined {
  const differences = {
    'release of rcc': file.rcc !== version,
    spec: file.spec !== key.spec,
    'weights file': file.weights !== key.weights,
    algorithm: file.algorithm !== key.algorithm,
    data: key.data !== undefined && file.data.digest !== key.data,
  };
  return Object.entries(differences).find(([, differs]) => differs)?.[0];
}

/** Throws DiagnosticError `calibration-malformed`. */
function parseCalibrationFile(path: string, text: string): CalibrationFile {
  const read = readJsonAs(calibrationFileSchema, text);
  if (!read.problem) return read.value;
  return fail('calibration-malformed', { file: path, reason: problemText(read.problem) });
}

/** Throws DiagnosticError where the file cannot be read or is no calibration. */
export async function readCalibrationFile(path: string): Promise<CalibrationFile> {
  return parseCalibrationFile(path, await readText(path, 'calibration'));
}

/** The calibration at a path if there is one that fits; anything else there is as good as nothing. */
export async function findCalibration(
  path: string,
  key: CalibrationKey & { readonly data: string },
): Promise<CalibrationFile | undefined> {
  try {
    const file = await readCalibrationFile(path);
    return differenceFrom(file, key) === undefined ? file : undefined;
  } catch (error) {
    if (error instanceof DiagnosticError) return undefined;
    throw error;
  }
}
