/* Weights file → ONNX, as a whole process, against `cp` of the same weights in turn. */
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formats, writeSyntheticWeights } from './synthetic-weights.ts';
import { medianOf, runProcess } from './whole-process.ts';

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

const models = ['resnet18', 'resnet50_vd', 'resnet101_vd', 'resnet200_vd'] as const;
/** Times every model and format; `runs` counted pairs after one that is not. */
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
        const pairs = Array.from({ length: runs + 1 }, () => {
          const cp = runProcess('cp', [weights, join(folder, 'copy')]);
          const output = join(folder, 'artifact');
          const rcc = runProcess(process.execPath, [
            ...['dist/rcc.js', 'compile', `specs/${model}.rn`, '--weights', weights],
            ...['--target', 'onnx', '-o', output, '--quiet'],
          ]);
          rmSync(output, { recursive: true });
          rmSync(join(folder, 'copy'));
          return { cp, rcc };
        }).slice(1);
        const row: ConvertRow = {
          model,
          format,
          weightsBytes: statSync(weights).size,
          cpMs: medianOf(pairs.map(({ cp }) => cp.wallMs)),
          rccMs: medianOf(pairs.map(({ rcc }) => rcc.wallMs)),
          ratio: medianOf(pairs.map(({ cp, rcc }) => rcc.wallMs / cp.wallMs)),
          peakBytes: Math.max(...pairs.map(({ rcc }) => rcc.peakBytes ?? 0)),
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
