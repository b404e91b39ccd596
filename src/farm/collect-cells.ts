import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { append } from '../collections/append.ts';
import { greatest, least } from '../collections/extremes.ts';
import { benchFileOf, type ModelMeasurement } from '../compile/timing.ts';
import { type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import { judgeAttempt } from '../kit/judge-attempt.ts';
import { readKit } from '../kit/open-kit.ts';
import type { AttemptIndex } from './attempt-index.ts';
import { attemptFolder, farmFiles, kitFolder, resultFile } from './farm-files.ts';
import type { OpenedFarm } from './read-farm.ts';
import type { CellStatus } from './read-status.ts';
import { type CellResult, readResult } from './result.ts';
import { writeWhole } from './write-whole.ts';

export interface CollectedCells {
  readonly rows: readonly ModelMeasurement[];
  readonly results: readonly CellResult[];
  readonly diagnostics: readonly Diagnostic[];
}

/** States whose figures are kept. */
const withFigures: ReadonlySet<string> = new Set(['done', 'unstable', 'partial']);

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
  await writeWhole(path, `${JSON.stringify(result, null, 2)}\n`);
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

/** Medians of a batch in all attempts that have figures: what one node or hour says beside another. */
function medians(
  { cell: { key }, attempts }: CellStatus,
  index: AttemptIndex,
  batch: number,
): readonly number[] {
  return attempts.flatMap(({ name }) => {
    const found = index.judgement(key, name)?.latencyMs ?? [];
    return found.flatMap(([size, medianMs]) => (size === batch ? [medianMs] : []));
  });
}

/** A row with what is known of where it comes from: the attempt, its node, the cell's state, and how far other attempts are from it. */
function rowOf(
  row: CellResult['rows'][number],
  result: CellResult,
  status: CellStatus,
  index: AttemptIndex,
): ModelMeasurement {
  const found = medians(status, index, row.batch);
  const spread = found.length > 1 ? greatest(found) / least(found) - 1 : undefined;
  return {
    ...row,
    provenance: {
      ...row.provenance,
      state: result.state,
      attempt: result.attempt,
      ...(result.node === undefined ? {} : { node: result.node }),
      attempts: Math.max(1, found.length),
      ...(spread === undefined ? {} : { attemptsSpreadPercent: Math.round(spread * 1000) / 10 }),
    },
  } as ModelMeasurement;
}

/** Makes results/<key>.json of each cell that has figures, and one bench file of all of them. */
export async function collectCells(
  opened: OpenedFarm,
  cells: readonly CellStatus[],
  index: AttemptIndex,
): Promise<CollectedCells> {
  const rows: ModelMeasurement[] = [];
  const results: CellResult[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const status of cells) {
    try {
      const result = await collectCell(opened, status);
      if (!result) continue;
      results.push(result);
      await share(opened.settings.cache, result);
      append(
        rows,
        result.rows.map((row) => rowOf(row, result, status, index)),
      );
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      append(diagnostics, error.diagnostics);
    }
  }
  if (rows.length > 0) {
    const text = `${JSON.stringify(benchFileOf({ rows }), null, 2)}\n`;
    await writeWhole(join(opened.path, farmFiles.bench), text);
  }
  return { rows, results, diagnostics };
}
