/* Weights file → ONNX, as a whole process, against `cp` of the same weights in turn. */

import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { greatest } from '../src/collections/extremes.ts';
import { formats, writeSyntheticWeights } from './synthetic-weights.ts';
import { medianOf, runProcess, timeProcess } from './whole-process.ts';

export interface ConvertRow {
  readonly model: string;
  readonly format: string;
  readonly weightsBytes: number;
  readonly cpMs: number;
  readonly rccMs: number;
  /** Median of rcc over cp, pair by pair. */
  readonly ratio: number;
  readonly peakBytes: number;
}

/** Waits until a file is on the disk: writing it back would be timed with what comes next. */
function settle(path: string): void {
  const file = openSync(path, 'r+');
  fsyncSync(file);
  closeSync(file);
}

const peakRuns = 3;
const models = ['resnet18', 'resnet50_vd', 'resnet101_vd', 'resnet200_vd'] as const;
/** Times every model and format in `runs` pairs, after runs whose memory is measured. */
export async function benchConvert(
  runs: number,
  log: (line: string) => void,
): Promise<readonly ConvertRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rcc-bench-'));
  const rows: ConvertRow[] = [];
  try {
    for (const model of models) {
      for (const format of formats) {
        const weights = join(folder, `${model}.${format}`);
        await writeSyntheticWeights(model, format, weights);
        settle(weights);
        const copy = join(folder, 'copy');
        const output = join(folder, 'artifact');
        const words = [
          ...['dist/rcc.js', 'compile', `specs/${model}.rn`, '--weights', weights],
          ...['--target', 'onnx', '--no-verify', '-o', output, '--quiet'],
        ];
        // They also warm the caches up: their times do not count.
        const peaks = Array.from({ length: peakRuns }, () => {
          const { peakBytes } = runProcess(process.execPath, words);
          rmSync(output, { recursive: true });
          return peakBytes ?? Number.NaN;
        });
        const pairs = Array.from({ length: runs }, () => {
          const cpMs = timeProcess('cp', [weights, copy]);
          const rccMs = timeProcess(process.execPath, words);
          rmSync(output, { recursive: true });
          rmSync(copy);
          return { cpMs, rccMs };
        });
        const row: ConvertRow = {
          model,
          format,
          weightsBytes: statSync(weights).size,
          cpMs: medianOf(pairs.map(({ cpMs }) => cpMs)),
          rccMs: medianOf(pairs.map(({ rccMs }) => rccMs)),
          ratio: medianOf(pairs.map(({ cpMs, rccMs }) => rccMs / cpMs)),
          peakBytes: greatest(peaks),
        };
        rmSync(weights);
        log(
          `${model}.${format}: rcc ${row.rccMs.toFixed(0)} ms, cp ${row.cpMs.toFixed(0)} ms, ${(row.peakBytes / 1e6).toFixed(0)} MB`,
        );
        rows.push(row);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
}

export function convertTable(rows: readonly ConvertRow[]) {
  return {
    head: [
      'model',
      'format',
      'weights MB',
      'cp ms',
      'rcc ms',
      '4 × cp + 250 ms',
      '× cp',
      'peak MB',
    ],
    cells: rows.map(({ model, format, weightsBytes, cpMs, rccMs, ratio, peakBytes }) => [
      model,
      format,
      (weightsBytes / 1e6).toFixed(0),
      cpMs.toFixed(0),
      rccMs.toFixed(0),
      (4 * cpMs + 250).toFixed(0),
      ratio.toFixed(2),
      (peakBytes / 1e6).toFixed(0),
    ]),
  };
}
