/* The forms of a quantised graph on OpenVINO, beside FP32 and BF16: built by rcc's own engine from one calibration, timed in turn in one run, compared number by number. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
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
import { append } from '../src/collections/append.ts';
import { groupBy } from '../src/collections/group-by.ts';
import { artifactFiles } from '../src/compile/artifact-files.ts';
import { compileSpec } from '../src/compile/compile.ts';
import { loadOneSpec } from '../src/compile/spec-files.ts';
import { formatMs } from '../src/diagnostics/format-ms.ts';
import { sha256 } from '../src/io/sha256.ts';
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
  readonly model: string;
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
  readonly model: string;
  readonly form: string;
  /** Other forms that give this network the same model: nothing can tell them apart. */
  readonly same: readonly string[];
  readonly latency: readonly { batch: number; medianMs: number; faster: number }[];
  /** Residual blocks that end in one kernel, and all. */
  readonly fused: number;
  readonly blocks: number;
  readonly agreement: Agreement;
  readonly threads: number;
}

const batches = [1, 8] as const;
const calibrationImages = 50;
const unseenImages = 64;
const limits = { warmUpMs: 300, durationMs: 1000, minIterations: 5 };

type Options = Omit<OpenvinoOptions, 'precision'>;

type Log = (line: string) => void;

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

/** What OpenVINO is given: the model, and the type for its floats. */
function givenOf({ form, directory }: MadeForm): string {
  return `${form.floats} ${sha256(readFileSync(join(directory, artifactFiles.model)))}`;
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

/** The ratio is the median of the rounds' ratios. */
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

async function benchSubject(
  subject: Subject,
  folder: string,
  { rounds, options, log }: { rounds: number; options: Options; log: Log },
): Promise<readonly OpenvinoFormRow[]> {
  const { model } = subject;
  const alike = [...groupBy(await makeForms(subject, folder, options), givenOf).values()];
  const made = alike.flatMap(([first]) => first ?? []);
  log(`${model}: ${made.length} models of ${forms.length} forms are built`);
  const agreed = await agreements(made, subject);
  const times: number[][][] = [];
  for (const batch of batches) {
    times.push(await timesAt(batch, made, rounds));
    log(`${model}: batch ${batch} is timed`);
  }
  return made.map((one, i) => ({
    model,
    form: one.form.name,
    same: (alike[i] ?? []).slice(1).map(({ form }) => form.name),
    latency: batches.map((batch, b) => latencyOf(times[b] ?? [], i, batch)),
    ...fusedIn(one),
    agreement: agreed[i] as Agreement,
    threads: options.threads ?? 1,
  }));
}

export interface OpenvinoFormsOptions {
  readonly installation: Installation;
  readonly rounds: number;
  /** Networks of specs/ in place of the usual ones. */
  readonly only?: readonly string[] | undefined;
}

/** The second averages maps with zeros around them before it quantises them. */
const usual = ['resnet50_vd', 'timm/resnest14d'];

async function subjectsOf(only: readonly string[] | undefined): Promise<readonly Subject[]> {
  const made = (only ?? usual).map((model) => ({
    model,
    spec: `specs/${model}.rn`,
    calibration: drawPictures(calibrationImages, 224, 1),
    unseen: drawPictures(unseenImages, 224, 2),
  }));
  const trained = {
    model: 'digits',
    spec: digitsSpec,
    calibration: await digitsOf('calibration.zip'),
    unseen: await digitsOf('test.zip'),
  };
  return [...made, trained];
}

/** Networks of made-up weights and the trained digits example in every form. */
export async function benchOpenvinoForms(
  { installation, rounds, only }: OpenvinoFormsOptions,
  log: Log,
): Promise<readonly OpenvinoFormRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rcc-openvino-forms-'));
  const processor = await describeProcessor();
  const threads = processor.usableCores;
  const shared = { installation, processor, threads, batches, hint: 'latency' } as const;
  const options: Options = { ...shared, timeoutMs: 600_000 };
  try {
    const rows: OpenvinoFormRow[] = [];
    for (const subject of await subjectsOf(only)) {
      const own = mkdtempSync(join(folder, 'network-'));
      append(rows, await benchSubject(subject, own, { rounds, options, log }));
      rmSync(own, { recursive: true });
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function openvinoFormTable(rows: readonly OpenvinoFormRow[]): PrintedTable {
  return {
    head: [
      'network',
      'form',
      ...batches.flatMap((batch) => [`batch ${batch}, ms`, 'FP32 / it']),
      'blocks in one kernel',
      'error of logits',
      'largest',
      'same class',
    ],
    cells: rows.map(({ model, form, same, latency, fused, blocks, agreement }) => [
      model,
      [form, ...same].join('; the same: '),
      ...latency.flatMap(({ medianMs, faster }) => [formatMs(medianMs), faster.toFixed(2)]),
      `${fused} of ${blocks}`,
      agreement.error.toFixed(4),
      agreement.largest.toFixed(3),
      `${(100 * agreement.top1).toFixed(1)} %`,
    ]),
  };
}
