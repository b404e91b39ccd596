/* Weights file → ONNX of each precision, as a whole process, against the FP32 conversion of the same round. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { greatest } from '../src/collections/extremes.ts';
import type { PrintedTable } from './markdown-table.ts';
import { drawPictures, writeNpy } from './pictures.ts';
import { writeSyntheticWeights } from './synthetic-weights.ts';
import { medianOf, runProcess } from './whole-process.ts';

export interface PrecisionConversionRow {
  readonly form: string;
  readonly wallMs: number;
  /** Median of the form's time over FP32's, round by round. */
  readonly ratio: number;
  readonly peakBytes: number;
}

const model = 'resnet200_vd';
export const convertedModel = 'ResNet200_vd';

const calibrated = 'calibrated.json';
const forms: readonly { readonly name: string; readonly options: readonly string[] }[] = [
  { name: 'fp32', options: ['--fp32'] },
  { name: 'fp16', options: ['--fp16'] },
  { name: 'int8 for onnxruntime', options: ['--int8', '--calibrate', calibrated] },
  {
    name: 'int8 for TensorRT',
    options: ['--int8', '--calibrate', calibrated, '--trt', '10.16'],
  },
];

/** Times the conversions of ResNet200_vd; int8 with a calibration that is done. `runs` counted rounds after one that is not. */
export async function benchPrecisionConversion(
  runs: number,
  log: (line: string) => void,
): Promise<readonly PrecisionConversionRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rcc-precision-conversion-'));
  const weights = join(folder, `${model}.pdparams`);
  const output = join(folder, 'artifact');
  const convert = (options: readonly string[]) => {
    const words = options.map((word) => (word === calibrated ? join(folder, calibrated) : word));
    const figures = runProcess(process.execPath, [
      ...['dist/rcc.js', 'compile', `specs/${model}.rn`, '--weights', weights, ...words],
      ...['--target', 'onnx', '--no-verify', '-o', output, '--quiet'],
    ]);
    return figures;
  };
  try {
    await writeSyntheticWeights(model, 'pdparams', weights);
    writeNpy(join(folder, 'inputs.npy'), drawPictures(2, 224, 1));
    convert([
      '--int8',
      '--calibrate',
      join(folder, 'inputs.npy'),
      '--calibration-algorithm',
      'max',
    ]);
    runProcess('cp', [join(output, 'calibration.json'), join(folder, calibrated)]);
    const rounds = Array.from({ length: runs + 1 }, () =>
      forms.map(({ options }) => {
        rmSync(output, { recursive: true });
        return convert(options);
      }),
    ).slice(1);
    return forms.map(({ name }, i) => {
      const own = rounds.map((round) => round[i]);
      const row = {
        form: name,
        wallMs: medianOf(own.map((figures) => figures?.wallMs ?? Number.NaN)),
        ratio: medianOf(rounds.map((round) => (round[i]?.wallMs ?? 0) / (round[0]?.wallMs ?? 0))),
        peakBytes: greatest(own.map((figures) => figures?.peakBytes ?? 0)),
      };
      log(`${model} ${name}: ${row.wallMs.toFixed(0)} ms, ${row.ratio.toFixed(2)} × fp32`);
      return row;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function precisionConversionTable(rows: readonly PrecisionConversionRow[]): PrintedTable {
  return {
    head: ['form', 'ms', '× fp32', 'peak MB'],
    cells: rows.map(({ form, wallMs, ratio, peakBytes }) => [
      form,
      wallMs.toFixed(0),
      ratio.toFixed(2),
      (peakBytes / 1e6).toFixed(0),
    ]),
  };
}
