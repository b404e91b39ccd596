/* The precisions of a network on the embedded engine, in turn, in one run; beside them what onnxruntime's own quantisation makes of the same graph. */

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine, Precision, Tensor } from '../engines/engine.ts';
import { createOnnxruntimeEngine } from '../engines/onnxruntime/engine.ts';
import { type Agreement, agreementOf, logitsOf } from './agreement.ts';
import { digitsOf, digitsSpec } from './digits.ts';
import type { PrintedTable } from './markdown-table.ts';
import { drawPictures, writeNpy } from './pictures.ts';
import { writeSyntheticWeights } from './synthetic-weights.ts';
import { medianOf, runProcess } from './whole-process.ts';

/** A form of a network, and who made it. */
interface Form {
  readonly name: string;
  readonly precision: Precision;
  /** What onnxruntime's own script is told; absent: rcc made it. */
  readonly peer?: readonly string[];
}

const forms: readonly Form[] = [
  { name: 'rcc fp32', precision: 'fp32' },
  { name: 'rcc fp16', precision: 'fp16' },
  { name: 'rcc int8', precision: 'int8' },
  { name: 'quantize_static, defaults', precision: 'int8', peer: [] },
  { name: 'quantize_static, as advised', precision: 'int8', peer: ['--uint8-by-channel'] },
];

/** A network, what it is calibrated with, and pictures that no calibration has seen. */
interface Subject {
  readonly spec: string;
  readonly weights: readonly string[];
  readonly calibration: Tensor;
  readonly unseen: Tensor;
}

interface MadeForm extends Form {
  /** What the embedded engine runs. */
  readonly path: string;
  /** Of model.onnx. */
  readonly sizeBytes: number;
}

export interface PrecisionRow {
  readonly form: string;
  readonly sizeBytes: number;
  readonly sizeShare: number;
  readonly latency: readonly { batch: number; medianMs: number; faster: number }[];
  readonly made: Agreement;
  readonly trained: Agreement;
}

const model = 'resnet50_vd';
const batches = [1, 8] as const;
const calibrationImages = 100;
const unseenImages = 64;

/** Where a subject's models are made. */
interface Workshop {
  readonly folder: string;
  /** The calibration as .npy. */
  readonly inputs: string;
  readonly python: string | undefined;
}

function makeOwn({ spec, weights }: Subject, precision: Precision, { folder, inputs }: Workshop) {
  const directory = join(folder, precision);
  runProcess(process.execPath, [
    ...['dist/rcc.js', 'compile', spec, ...weights, `--${precision}`, '--target', 'onnxruntime'],
    ...(precision === 'int8' ? ['--calibrate', inputs] : []),
    ...['-o', directory, '--no-time', '--no-verify', '--quiet'],
  ]);
  const sizeBytes = statSync(join(directory, 'model.onnx')).size;
  return { path: join(directory, 'model.ort.onnx'), sizeBytes };
}

/** Quantises what `makeOwn` made in FP32. */
function makePeer(parameters: readonly string[], { folder, inputs, python }: Workshop) {
  if (python === undefined) return undefined;
  const path = join(folder, `peer${parameters.length}.onnx`);
  const source = join(folder, 'fp32', 'model.onnx');
  runProcess(python, ['bench/peers/quantize_onnx.py', source, inputs, path, ...parameters]);
  return { path, sizeBytes: statSync(path).size };
}

function makeForms(subject: Subject, folder: string, python: string | undefined): MadeForm[] {
  const workshop = { folder, inputs: join(folder, 'calibration.npy'), python };
  writeNpy(workshop.inputs, subject.calibration);
  return forms.flatMap((form) => {
    const { precision, peer } = form;
    const made = peer ? makePeer(peer, workshop) : makeOwn(subject, precision, workshop);
    return made ? { ...form, ...made } : [];
  });
}

async function agreements(
  engine: Engine,
  made: readonly MadeForm[],
  { unseen }: Subject,
): Promise<readonly Agreement[]> {
  const logits: Float32Array[] = [];
  for (const { path } of made) logits.push(await logitsOf(engine, path, unseen));
  const [expected = new Float32Array()] = logits;
  return logits.map((actual) => agreementOf(actual, expected, unseen.shape[0] ?? 0));
}

/** ResNet50_vd by precision; agreement also of the trained digits example. */
export async function benchPrecisions(
  python: string | undefined,
  rounds: number,
  log: (line: string) => void,
): Promise<readonly PrecisionRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rcc-precisions-'));
  const engine = createOnnxruntimeEngine({ threads: availableParallelism() });
  try {
    const weights = join(folder, `${model}.pdparams`);
    await writeSyntheticWeights(model, 'pdparams', weights);
    const large: Subject = {
      spec: `specs/${model}.rn`,
      weights: ['--weights', weights],
      calibration: drawPictures(calibrationImages, 224, 1),
      unseen: drawPictures(unseenImages, 224, 2),
    };
    const trained: Subject = {
      spec: digitsSpec,
      weights: [],
      calibration: await digitsOf('calibration.zip'),
      unseen: await digitsOf('test.zip'),
    };
    const [largeFolder, trainedFolder] = ['large', 'trained'].map((name) =>
      mkdtempSync(join(folder, name)),
    ) as [string, string];
    const made = makeForms(large, largeFolder, python);
    const madeTrained = makeForms(trained, trainedFolder, python);
    log('precisions: models are made');
    const agreed = await agreements(engine, made, large);
    const agreedTrained = await agreements(engine, madeTrained, trained);
    const timesOf = new Map(made.map(({ name }) => [name, batches.map(() => [] as number[])]));
    for (const [b, batch] of batches.entries()) {
      for (let round = 0; round < rounds; round++) {
        for (const { name, path } of made) {
          const request = { batch, warmUpMs: 300, durationMs: 1500, minIterations: 5 };
          const { latency } = await engine.measure(path, request);
          timesOf.get(name)?.[b]?.push(latency.medianMs);
        }
      }
      log(`precisions: batch ${batch} is timed`);
    }
    const [reference] = made;
    const whole = reference ? (timesOf.get(reference.name) ?? []) : [];
    return made.map(({ name, sizeBytes }, i) => ({
      form: name,
      sizeBytes,
      sizeShare: sizeBytes / (reference?.sizeBytes ?? 1),
      latency: batches.map((batch, b) => {
        const times = timesOf.get(name)?.[b] ?? [];
        const ratios = times.map((ms, round) => (whole[b]?.[round] ?? Number.NaN) / ms);
        return { batch, medianMs: medianOf(times), faster: medianOf(ratios) };
      }),
      made: agreed[i] as Agreement,
      trained: agreedTrained[i] as Agreement,
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

export function precisionTable(rows: readonly PrecisionRow[]): PrintedTable {
  return {
    head: [
      'form',
      'file, MB',
      'of fp32',
      ...batches.flatMap((batch) => [`batch ${batch}, ms`, '× fp32’s speed']),
      'error of logits',
      'same class, digits',
    ],
    cells: rows.map(({ form, sizeBytes, sizeShare, latency, made, trained }) => [
      form,
      (sizeBytes / 1e6).toFixed(1),
      percent(sizeShare),
      ...latency.flatMap(({ medianMs, faster }) => [medianMs.toFixed(1), faster.toFixed(2)]),
      made.error.toFixed(4),
      percent(trained.top1),
    ]),
  };
}
