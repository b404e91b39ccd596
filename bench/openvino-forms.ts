/* The forms of a quantised graph on OpenVINO, beside FP32 and BF16: built by rcc's own engine from one calibration, timed in turn in one run, compared number by number. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GraphForm } from '../codegen/passes/graph-form.ts';
import type { Precision } from '../codegen/precisions.ts';
import { defaultInt8Form } from '../codegen/quantization/int8-form.ts';
import type { AuditReport } from '../engines/audit/audit.ts';
import { endsInOneKernel } from '../engines/audit/block-verdicts.ts';
import type { Engine, Tensor } from '../engines/engine.ts';
import { createOpenvinoEngine } from '../engines/openvino/engine.ts';
import type { OpenvinoOptions } from '../engines/openvino/options.ts';
import { computesIn, openvinoPrecision } from '../engines/openvino/precisions.ts';
import { openvinoTarget } from '../engines/openvino/target.ts';
import { describeProcessor } from '../engines/processor.ts';
import type { Installation } from '../engines/python/installation.ts';
import { tensorrtForm } from '../engines/tensorrt/planning/graph-form.ts';
import { artifactFiles } from '../src/compile/artifact-files.ts';
import { compileSpec } from '../src/compile/compile.ts';
import { loadOneSpec } from '../src/compile/spec-files.ts';
import { type Agreement, agreementOf, logitsOf } from './agreement.ts';
import { digitsOf, digitsSpec } from './digits.ts';
import type { PrintedTable } from './markdown-table.ts';
import { drawPictures, writeNpy } from './pictures.ts';
import { medianOf } from './whole-process.ts';

interface Form {
  readonly name: string;
  readonly graph: GraphForm;
  /** What OpenVINO is asked to compute floats in: as for this precision. */
  readonly floats: Precision;
}

const own = (precision: Precision) => openvinoPrecision(precision).form;
const fromOnnxruntime: GraphForm = { precision: 'int8', int8Form: defaultInt8Form };

/** The first is what the others are compared with. */
const forms: readonly Form[] = [
  { name: 'FP32', graph: own('fp32'), floats: 'fp32' },
  { name: 'BF16', graph: own('bf16'), floats: 'bf16' },
  { name: 'INT8 as rcc writes it for OpenVINO', graph: own('int8'), floats: 'int8' },
  { name: 'INT8 in onnxruntime’s form', graph: fromOnnxruntime, floats: 'int8' },
  { name: 'INT8 in TensorRT’s form', graph: tensorrtForm('int8'), floats: 'int8' },
  { name: 'rcc’s INT8, BF16 between quantisers', graph: own('int8'), floats: 'bf16' },
  { name: 'TensorRT’s INT8, BF16 between', graph: tensorrtForm('int8'), floats: 'bf16' },
];

/** A network, what it is calibrated with, and pictures that no calibration has seen. */
interface Subject {
  readonly spec: string;
  readonly calibration: Tensor;
  readonly unseen: Tensor;
}

interface MadeForm {
  readonly form: Form;
  readonly engine: Engine;
  readonly directory: string;
  readonly audits: readonly AuditReport[];
}

export interface OpenvinoFormRow {
  readonly form: string;
  readonly latency: readonly { batch: number; medianMs: number; faster: number }[];
  /** Residual blocks that end in one kernel, and all. */
  readonly fused: number;
  readonly blocks: number;
  readonly made: Agreement;
  readonly trained: Agreement;
  readonly threads: number;
}

const batches = [1, 8] as const;
const calibrationImages = 50;
const unseenImages = 64;
const limits = { warmUpMs: 300, durationMs: 1000, minIterations: 5 };

type Options = Omit<OpenvinoOptions, 'precision'>;

/** One calibration serves all forms: that of the first that is quantised. */
async function makeForms(subject: Subject, folder: string, options: Options): Promise<MadeForm[]> {
  const { spec } = await loadOneSpec(subject.spec);
  const pictures = join(folder, 'calibration.npy');
  writeNpy(pictures, subject.calibration);
  const made: MadeForm[] = [];
  for (const [index, form] of forms.entries()) {
    if (!computesIn(options.processor, form.floats)) continue;
    const directory = join(folder, String(index));
    const engine = createOpenvinoEngine({ ...options, precision: form.floats });
    const { precision } = form.graph;
    const request = { precision, batches, env: process.env };
    const chosen = await openvinoTarget.choose({ hint: 'latency', timeoutS: 600 }, request);
    const earlier = made.find(({ form: { graph } }) => graph.precision === 'int8')?.directory;
    const calibrate = earlier ? join(earlier, artifactFiles.calibration) : pictures;
    const { audits } = await compileSpec(spec, {
      target: { ...chosen, form: form.graph, engine },
      directory,
      ...(precision === 'int8' ? { calibrate } : {}),
      verify: false,
    });
    made.push({ form, engine, directory, audits });
  }
  return made;
}

const engineFor = ({ directory }: MadeForm, batch: number) =>
  join(directory, `model.b${batch}.blob`);

async function agreements(made: readonly MadeForm[], { unseen }: Subject): Promise<Agreement[]> {
  const logits: Float32Array[] = [];
  for (const one of made) {
    logits.push(await logitsOf(one.engine, engineFor(one, batches[0]), unseen));
  }
  const [expected = new Float32Array()] = logits;
  return logits.map((actual) => agreementOf(actual, expected, unseen.shape[0] ?? 0));
}

/** Medians of each form's rounds, form by form in turn. */
async function timesAt(
  batch: number,
  made: readonly MadeForm[],
  rounds: number,
): Promise<number[][]> {
  const times = made.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, one] of made.entries()) {
      const { latency } = await one.engine.measure(engineFor(one, batch), { batch, ...limits });
      times[index]?.push(latency.medianMs);
    }
  }
  return times;
}

function latencyOf(times: readonly (readonly number[])[], index: number, batch: number) {
  const [whole = []] = times;
  const mine = times[index] ?? [];
  const ratios = mine.map((ms, round) => (whole[round] ?? Number.NaN) / ms);
  return { batch, medianMs: medianOf(mine), faster: medianOf(ratios) };
}

function fusedIn({ audits: [audit] }: MadeForm) {
  const blocks = audit?.blocks ?? [];
  return { fused: blocks.filter(endsInOneKernel).length, blocks: blocks.length };
}

export interface OpenvinoFormsOptions {
  readonly installation: Installation;
  readonly rounds: number;
  /** Of specs/. */
  readonly model: string;
}

/** One network of made-up weights in every form; agreement also of the trained digits example. */
export async function benchOpenvinoForms(
  { installation, rounds, model }: OpenvinoFormsOptions,
  log: (line: string) => void,
): Promise<readonly OpenvinoFormRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rcc-openvino-forms-'));
  const processor = await describeProcessor();
  const threads = processor.usableCores;
  const shared = { installation, processor, threads, batches, hint: 'latency' } as const;
  const options: Options = { ...shared, timeoutMs: 600_000 };
  try {
    const large: Subject = {
      spec: `specs/${model}.rn`,
      calibration: drawPictures(calibrationImages, 224, 1),
      unseen: drawPictures(unseenImages, 224, 2),
    };
    const trained: Subject = {
      spec: digitsSpec,
      calibration: await digitsOf('calibration.zip'),
      unseen: await digitsOf('test.zip'),
    };
    const [largeFolder, trainedFolder] = ['large', 'trained'].map((name) =>
      mkdtempSync(join(folder, name)),
    ) as [string, string];
    const made = await makeForms(large, largeFolder, options);
    const madeTrained = await makeForms(trained, trainedFolder, options);
    log('openvino-forms: engines are built');
    const agreed = await agreements(made, large);
    const agreedTrained = await agreements(madeTrained, trained);
    const times: number[][][] = [];
    for (const batch of batches) {
      times.push(await timesAt(batch, made, rounds));
      log(`openvino-forms: batch ${batch} is timed`);
    }
    return made.map((one, i) => ({
      form: one.form.name,
      latency: batches.map((batch, b) => latencyOf(times[b] ?? [], i, batch)),
      ...fusedIn(one),
      made: agreed[i] as Agreement,
      trained: agreedTrained[i] as Agreement,
      threads,
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function openvinoFormTable(rows: readonly OpenvinoFormRow[]): PrintedTable {
  return {
    head: [
      'form',
      ...batches.flatMap((batch) => [`batch ${batch}, ms`, '× FP32’s speed']),
      'blocks in one kernel',
      'error of logits',
      'largest',
      'same class, digits',
    ],
    cells: rows.map(({ form, latency, fused, blocks, made, trained }) => [
      form,
      ...latency.flatMap(({ medianMs, faster }) => [medianMs.toFixed(1), faster.toFixed(2)]),
      `${fused} of ${blocks}`,
      made.error.toFixed(4),
      made.largest.toFixed(3),
      `${(100 * trained.top1).toFixed(1)} %`,
    ]),
  };
}
