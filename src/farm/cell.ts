import { join } from 'node:path';
import * as z from 'zod';
import { precisionNames } from '../../codegen/precisions.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { readText } from '../io/open-file.ts';
import { problemText, readJsonAs } from '../io/outside-json.ts';
import { farmFiles } from './farm-files.ts';
import { textsOfLines } from './json-lines.ts';
import { writeWhole } from './write-whole.ts';

const cellSchema = z.object({
  /** Names `kits/<key>/`, `attempts/<key>/` and `results/<key>.json`; the same measurement has the same key in every farm. */
  key: z.string().regex(/^[0-9a-f]{64}$/),
  model: z.string(),
  /** Path of its .rn file, as given to the plan. */
  spec: z.string(),
  precision: z.enum(precisionNames),
  /** GPU class: a class of site.json. */
  gpu: z.string(),
  batches: z.array(z.int().positive()),
  /** Release that was asked for; absent: all that take the graph. */
  tensorrt: z.string().optional(),
  /** Digest of graph, weights and ranges: cells with the same one share model.onnx. */
  graph: z.string(),
  image: z.string().optional(),
  /** What it will take of a GPU, by `rcc estimate` and earlier builds. */
  minutes: z.number(),
  /** After this long it is told to end. */
  limitMinutes: z.number(),
});

/** What is measured as one: a network in a precision on a GPU class, at all batches. */
export type Cell = Readonly<z.output<typeof cellSchema>>;

export async function writePlan(farm: string, cells: readonly Cell[]): Promise<void> {
  await writeWhole(join(farm, farmFiles.plan), textsOfLines(cells));
}

/** Throws DiagnosticError `farm-plan-damaged`: of a plan no line may be missed. */
export async function readPlan(farm: string): Promise<readonly Cell[]> {
  const path = join(farm, farmFiles.plan);
  const lines = (await readText(path, 'plan of a farm')).split('\n');
  return lines.flatMap((line, index) => {
    if (line === '') return [];
    const { value, problem } = readJsonAs(cellSchema, line);
    if (!problem) return [value];
    return fail('farm-plan-damaged', { path, line: index + 1, reason: problemText(problem) });
  });
}

/** `resnet50_vd fp16 t4`. */
export const nameOfCell = ({ model, precision, gpu, tensorrt }: Cell): string =>
  [model, precision, gpu, ...(tensorrt === undefined ? [] : [tensorrt])].join(' ');
