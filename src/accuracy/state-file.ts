import { rm } from 'node:fs/promises';
import * as z from 'zod';
import { precisionNames } from '../../codegen/precisions.ts';
import { ownValue } from '../collections/own-value.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { writeArtifact } from '../io/artifact.ts';
import { readTextIfThere } from '../io/open-file.ts';
import { problemText, readJsonAs } from '../io/outside-json.ts';
import type { EvalRecords } from './records.ts';

/** What an evaluation is of, part by part; one goes on only where all of it is the same. */
export type EvalIdentity = Readonly<Record<string, string>>;

const schemaVersion = 1;
const wholeNumber = z.number().int().min(0);

const precisionSchema = z.object({
  top1: z.array(z.number().int()),
  top5: z.array(z.number().int()),
  notFinite: wholeNumber,
  margins: z.record(z.string(), z.number()),
});

const stateSchema = z.object({
  kind: z.literal('rcc evaluation'),
  schemaVersion: z.literal(schemaVersion),
  identity: z.record(z.string(), z.string()),
  records: z.object({
    done: wholeNumber,
    spread: z.object({ count: wholeNumber, mean: z.number(), squares: z.number() }),
    turned: wholeNumber,
    unreadable: wholeNumber,
    problems: z.array(z.string()),
    precisions: z.partialRecord(z.enum(precisionNames), precisionSchema),
  }),
});

function parseState(path: string, text: string): z.infer<typeof stateSchema> {
  const read = readJsonAs(stateSchema, text);
  if (!read.problem) return read.value;
  return fail('eval-state-unreadable', { path, reason: problemText(read.problem) });
}

function isWhole({ done, precisions }: EvalRecords): boolean {
  return Object.values(precisions).every(
    ({ top1, top5 }) => top1.length === done && top5.length === done,
  );
}

/**
 * What an earlier run left at `path`, or undefined where it left nothing. Throws DiagnosticError `eval-state-unreadable`, or `eval-state-differs` where
 * it is the state of another evaluation.
 */
export async function loadRecords(
  path: string,
  identity: EvalIdentity,
): Promise<EvalRecords | undefined> {
  const text = await readTextIfThere(path, 'state of an evaluation');
  if (text === undefined) return undefined;
  const state = parseState(path, text);
  const parts = new Set([...Object.keys(identity), ...Object.keys(state.identity)]);
  const what = [...parts].find(
    (part) => ownValue(identity, part) !== ownValue(state.identity, part),
  );
  if (what !== undefined) fail('eval-state-differs', { path, what });
  if (!isWhole(state.records)) {
    fail('eval-state-unreadable', { path, reason: 'its pictures are not all there' });
  }
  return state.records;
}

/** Writes the state whole or not at all. */
export async function saveRecords(
  path: string,
  identity: EvalIdentity,
  records: EvalRecords,
): Promise<void> {
  const text = JSON.stringify({ kind: 'rcc evaluation', schemaVersion, identity, records });
  await writeArtifact(path, (sink) => sink.write(new TextEncoder().encode(text)));
}

export async function removeRecords(path: string): Promise<void> {
  await rm(path, { force: true });
}
