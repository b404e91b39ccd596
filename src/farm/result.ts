import * as z from 'zod';
import { precisionNames } from '../../codegen/precisions.ts';
import { readTextIfThere } from '../io/open-file.ts';
import { readJsonAs } from '../io/outside-json.ts';
import { attemptStates } from '../kit/kit.ts';
import { benchFileSchema } from '../report/bench-file.ts';
import { resultFile } from './farm-files.ts';

const resultSchema = z.object({
  schemaVersion: z.literal(1),
  key: z.string(),
  model: z.string(),
  precision: z.enum(precisionNames),
  gpu: z.string(),
  state: z.enum(attemptStates),
  /** The attempt that the rows are of. */
  attempt: z.string(),
  node: z.string().optional(),
  reason: z.string().optional(),
  isStandIn: z.boolean(),
  /** Batches without a row. */
  missing: z.array(z.number()),
  rows: benchFileSchema.shape.rows,
});

/** What a cell came to, of its best attempt. */
export type CellResult = Readonly<z.output<typeof resultSchema>>;

/** The result at a path; undefined where there is none, or none of this form. */
export async function readResultAt(path: string): Promise<CellResult | undefined> {
  const text = await readTextIfThere(path, 'result of a cell');
  return text === undefined ? undefined : readJsonAs(resultSchema, text).value;
}

export const readResult = (farm: string, key: string): Promise<CellResult | undefined> =>
  readResultAt(resultFile(farm, key));
