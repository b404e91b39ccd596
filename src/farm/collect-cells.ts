import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { append } from '../collections/append.ts';
import { greatest, least } from '../collections/extremes.ts';
import { benchFileOf, type ModelMeasurement } from '../compile/timing.ts';
import { type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import { jsonText } from '../io/json-text.ts';
import { judgeAttempt } from '../kit/judge-attempt.ts';
import { readKit } from '../kit/open-kit.ts';
import type { MissingCell } from '../report/bench-file.ts';
import { missingStates } from '../report/cell-states.ts';
import type { AttemptIndex } from './attempt-index.ts';
import { statePhrases, taskOf, withFigures } from './cell-state.ts';
import { attemptFolder, farmFiles, kitFolder, resultFile } from './farm-files.ts';
import type { OpenedFarm } from './read-farm.ts';
import type { CellStatus } from './read-status.ts';
import { type CellResult, readResult } from './result.ts';
import { writeWhole } from './write-whole.ts';

export interface CollectedCells {
  readonly rows: readonly ModelMeasurement[];
  readonly missing: readonly MissingCell[];
  readonly results: readonly CellResult[];
  readonly diagnostics: readonly Diagnostic[];
}

async function resultOf(
  { path }: OpenedFarm,
  { cell, attempt = '', node }: CellStatus,
): Promise<CellResult> {
  const { key, model, precision, gpu } = cell;
  const kit = await readKit(kitFolder(path, key));
  const judged = await judgeAttempt(kit, attemptFolder(path, key, attempt));
  const reason = judged.diagnostics.find(({ severity }) => severity === 'error')?.message;
  return {
    ...{ schemaVersion: 1, key, model, precision, gpu },
    state: judged.state,
    attempt,
    ...(node === undefined ? {} : { node }),
    ...(judged.state === 'done' || reason === undefined ? {} : { reason }),
    isStandIn: judged.isStandIn,
    missing: [...judged.missing],
    rows: structuredClone(judged.measurements) as CellResult['rows'],
  };
}

async function writeResult(path: string, result: CellResult): Promise<void> {
  await writeWhole(path, `${jsonText(result)}\n`);
}

/** What is done is there for all farms that share the folder; the first to come stays. */
async function share(cache: string | undefined, result: CellResult): Promise<void> {
  if (cache === undefined || result.state !== 'done' || result.isStandIn) return;
  const path = join(cache, `${result.key}.json`);
  if (!existsSync(path)) await writeResult(path, result);
}

/** The result of a cell that has figures: as it was collected, or anew where another attempt tells more. */
async function collectCell(
  opened: OpenedFarm,
  status: CellStatus,
): Promise<CellResult | undefined> {
  const { key } = status.cell;
  const before = await readResult(opened.path, key);
  const isThere = existsSync(attemptFolder(opened.path, key, status.attempt ?? ''));
  if (!withFigures.has(status.state) || before?.attempt === status.attempt || !isThere)
    return before;
  const result = await resultOf(opened, status);
  await writeResult(resultFile(opened.path, key), result);
  return result;
}

/** Medians of a batch in all attempts that have figures, with their nodes: what one node or hour says beside another. */
function spreadOf(
  { cell: { key }, attempts }: CellStatus,
  index: AttemptIndex,
  batch: number,
): ModelMeasurement['spread'] {
  const found = attempts.flatMap(({ name, node = '' }) => {
    const medians = index.judgement(key, name)?.latencyMs ?? [];
    return medians.filter(([size]) => size === batch).map(([, medianMs]) => ({ medianMs, node }));
  });
  if (found.length < 2) return undefined;
  return {
    attempts: found.length,
    nodes: new Set(found.map(({ node }) => node)).size,
    minMs: least(found.map(({ medianMs }) => medianMs)),
    maxMs: greatest(found.map(({ medianMs }) => medianMs)),
  };
}

/** A row with where it comes from, and how far other attempts are from it. */
function rowOf(
  row: CellResult['rows'][number],
  { attempt, node }: CellResult,
  status: CellStatus,
  index: AttemptIndex,
): ModelMeasurement {
  const spread = spreadOf(status, index, row.batch);
  const { gpu } = status.cell;
  const place = { gpu, attempt, job: taskOf({ name: attempt }), ...(node ? { node } : {}) };
  return {
    ...(row as ModelMeasurement),
    provenance: { ...(row.provenance as Record<string, string>), ...place },
    ...(spread ? { spread } : {}),
  };
}

/** Where no row stands for the planned batches: why. */
function holeOf(
  { cell, state, reason }: CellStatus,
  result: CellResult | undefined,
): readonly MissingCell[] {
  const timed = new Set((result?.rows ?? []).map(({ batch }) => batch));
  const batches = cell.batches.filter((batch) => !timed.has(batch));
  if (batches.length === 0) return [];
  const { model, precision, gpu, key } = cell;
  // What is done or unstable lacks a row only where its files are gone.
  const named = missingStates.find((one) => one === state) ?? 'lost';
  const why = reason ?? statePhrases[state];
  return [{ model, precision, gpu, batches, state: named, why, provenance: { kitKey: key } }];
}

/** Makes results/<key>.json of each cell that has figures, and one bench file of all cells: with a row, or with what they lack and why. */
export async function collectCells(
  opened: OpenedFarm,
  cells: readonly CellStatus[],
  index: AttemptIndex,
): Promise<CollectedCells> {
  const rows: ModelMeasurement[] = [];
  const missing: MissingCell[] = [];
  const results: CellResult[] = [];
  const diagnostics: Diagnostic[] = [];
  const take = (status: CellStatus, result: CellResult | undefined): void => {
    append(missing, holeOf(status, result));
    if (!result) return;
    results.push(result);
    append(
      rows,
      result.rows.map((row) => rowOf(row, result, status, index)),
    );
  };
  for (const status of cells) {
    try {
      const result = await collectCell(opened, status);
      take(status, result);
      if (result) await share(opened.settings.cache, result);
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      append(diagnostics, error.diagnostics);
      append(missing, holeOf(status, undefined));
    }
  }
  const text = `${jsonText(benchFileOf({ rows, missing }))}\n`;
  await writeWhole(join(opened.path, farmFiles.bench), text);
  return { rows, missing, results, diagnostics };
}
