/* Calibrating a network over pictures, as a whole process, against running the same pictures through it. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { algorithmNames } from '../src/calibration/algorithm-names.ts';
import { greatest } from '../src/collections/extremes.ts';
import type { PrintedTable } from './markdown-table.ts';
import { drawPictures, writeNpy } from './pictures.ts';
import { writeSyntheticWeights } from './synthetic-weights.ts';
import { medianOf, type ProcessFigures, runProcess } from './whole-process.ts';

export interface CalibrationRow {
  readonly work: string;
  readonly images: number;
  readonly wallMs: number;
  /** Median of the work's time over plain inference's, round by round. */
  readonly ratio: number;
  readonly peakBytes: number;
}

const model = 'resnet50_vd';
const inference = 'plain inference';
const fewer = 25;
const images = 100;

const works: readonly { readonly work: string; readonly images: number }[] = [
  { work: inference, images },
  ...algorithmNames.map((work) => ({ work, images })),
  // The same with a quarter of the pictures: the peak does not grow with them.
  { work: 'entropy', images: fewer },
];

/** Times ResNet50_vd over 100 pictures: inference a picture at a time, then each algorithm; the peak also over fewer. */
export async function benchCalibration(
  runs: number,
  log: (line: string) => void,
): Promise<readonly CalibrationRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rcc-calibration-'));
  const weights = join(folder, `${model}.pdparams`);
  const inputs = (count: number): string => join(folder, `inputs${count}.npy`);
  const run = (work: string, count: number): ProcessFigures => {
    const output = join(folder, 'calibrated');
    rmSync(output, { recursive: true, force: true });
    return runProcess(process.execPath, [
      ...['bench/calibrate-once.mjs', inputs(count), `specs/${model}.rn`],
      ...(work === inference ? [join(folder, 'fp32', 'model.onnx')] : [weights, work, output]),
    ]);
  };
  try {
    await writeSyntheticWeights(model, 'pdparams', weights);
    runProcess(process.execPath, [
      ...['dist/rcc.js', 'compile', `specs/${model}.rn`, '--weights', weights],
      ...['--target', 'onnx', '--no-verify', '-o', join(folder, 'fp32'), '--quiet'],
    ]);
    for (const count of [fewer, images]) writeNpy(inputs(count), drawPictures(count, 224, 1));
    const rounds = Array.from({ length: runs }, () =>
      works.map((each) => run(each.work, each.images)),
    );
    return works.map((each, i) => {
      const own = rounds.map((round) => round[i]);
      const row = {
        ...each,
        wallMs: medianOf(own.map((figures) => figures?.wallMs ?? Number.NaN)),
        ratio: medianOf(rounds.map((round) => (round[i]?.wallMs ?? 0) / (round[0]?.wallMs ?? 0))),
        peakBytes: greatest(own.map((figures) => figures?.peakBytes ?? 0)),
      };
      log(`${each.work}, ${each.images} pictures: ${row.wallMs.toFixed(0)} ms`);
      return row;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function calibrationTable(rows: readonly CalibrationRow[]): PrintedTable {
  return {
    head: ['work', 'pictures', 'ms', '× inference', 'peak MB'],
    cells: rows.map((row) => [
      row.work,
      String(row.images),
      row.wallMs.toFixed(0),
      row.images === images ? row.ratio.toFixed(2) : '',
      (row.peakBytes / 1e6).toFixed(0),
    ]),
  };
}
