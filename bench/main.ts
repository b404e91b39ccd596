/*
 * npm run bench [-- PART…] [--runs N] [--torch-python FILE] [--paddle-python FILE] [--rtx-python FILE] [--only NETWORK …]
 * Parts: startup, convert, precision-conversion, calibration, precisions (a peer's interpreter adds onnxruntime's own quantisation), tensorrt, latency (needs
 * a peer's interpreter), openvino and openvino-forms (need it set up; --only picks networks), kernels, families, quantized and forms (need TensorRT-RTX; peers' interpreters
 * add peers); all of them by default. Tables go to stdout as Markdown, figures to bench/results/*.json; --only picks networks of families, whose rows take the
 * place of those of an earlier run.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { findSetUp, pythonRequest } from '../engines/openvino/find.ts';
import { probeTensorrtRtx, type TensorrtRtxInstallation } from '../engines/tensorrt-rtx/probe.ts';
import { ownValue } from '../src/collections/own-value.ts';
import { defaultCacheDirectory } from '../src/io/cache-directory.ts';
import { version } from '../src/version.ts';
import { benchCalibration, calibrationTable } from './calibration.ts';
import { benchConvert, convertTable } from './convert.ts';
import { amongEarlier, benchFamilies } from './kernels/families.ts';
import { benchForms, formTable, triedModel } from './kernels/forms.ts';
import { benchKernels, kernelTable } from './kernels/kernels.ts';
import { benchQuantized, quantizedTable } from './kernels/quantized.ts';
import { benchLatency, latencyTable } from './latency.ts';
import { markdownTable, type PrintedTable } from './markdown-table.ts';
import { benchOpenvino, openvinoTable } from './openvino.ts';
import { benchOpenvinoForms, openvinoFormTable } from './openvino-forms.ts';
import {
  benchPrecisionConversion,
  convertedModel,
  precisionConversionTable,
} from './precision-conversion.ts';
import { benchPrecisions, precisionTable } from './precisions.ts';
import { benchStartup, startupTable } from './startup.ts';
import { benchTensorrt, tensorrtTable } from './tensorrt/tensorrt.ts';

interface Part {
  readonly title: string;
  /** Whether it runs the built package and takes times. */
  readonly timed: boolean;
  /** Why it may be left out. */
  readonly needs?: string;
  /** The table, its figures and what they are of; undefined where what it needs was not given. */
  run(): Promise<
    (PrintedTable & { readonly rows: unknown; readonly compiler?: string }) | undefined
  >;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '5' },
    'torch-python': { type: 'string' },
    'paddle-python': { type: 'string' },
    'rtx-python': { type: 'string' },
    only: { type: 'string', multiple: true },
  },
});
const runs = Number(values.runs);
const pythons = { torch: values['torch-python'], paddle: values['paddle-python'] };
const log = (line: string): void => console.error(line);

const openvinoNeeds = 'a Python with OpenVINO: RCC_PYTHON or rcc doctor --setup openvino';
const findOpenvino = async () =>
  await findSetUp(pythonRequest(process.env, undefined), {}).catch(() => undefined);

const rtxNeeds =
  'a Python with TensorRT-RTX: --rtx-python, RCC_PYTHON or rcc doctor --setup tensorrt-rtx';
async function findRtx(): Promise<TensorrtRtxInstallation | undefined> {
  const { env } = process;
  const python = values['rtx-python'];
  const probe = await probeTensorrtRtx({ python, env, cacheDirectory: defaultCacheDirectory(env) });
  return probe.found ? probe.installation : undefined;
}

const parts: Readonly<Record<string, Part>> = {
  startup: {
    title: 'Start-up, whole process',
    timed: true,
    async run() {
      const rows = benchStartup(runs);
      return { ...startupTable(rows), rows };
    },
  },
  convert: {
    title: 'Weights file to ONNX, whole process, digests included',
    timed: true,
    async run() {
      const rows = await benchConvert(runs, log);
      return { ...convertTable(rows), rows };
    },
  },
  latency: {
    title: 'ResNet50_vd FP32 on the embedded engine, against the same network exported by others',
    timed: true,
    needs: '--torch-python or --paddle-python',
    async run() {
      if (!pythons.torch && !pythons.paddle) return undefined;
      const rows = await benchLatency(pythons, runs, log);
      return { ...latencyTable(rows), rows };
    },
  },
  tensorrt: {
    title:
      'rcc’s own time around TensorRT, which has no part in it: trtexec is one that does nothing',
    timed: true,
    async run() {
      const rows = benchTensorrt(runs, log);
      return { ...tensorrtTable(rows), rows };
    },
  },
  'precision-conversion': {
    title: `${convertedModel} to ONNX by precision, whole process`,
    timed: true,
    async run() {
      const rows = await benchPrecisionConversion(runs, log);
      return { ...precisionConversionTable(rows), rows };
    },
  },
  calibration: {
    title: 'Calibrating ResNet50_vd, whole process, against plain inference',
    timed: true,
    async run() {
      const rows = await benchCalibration(runs, log);
      return { ...calibrationTable(rows), rows };
    },
  },
  precisions: {
    title:
      'ResNet50_vd by precision on the embedded engine, beside what onnxruntime’s own script makes of the FP32 graph',
    timed: true,
    async run() {
      const rows = await benchPrecisions(pythons.torch ?? pythons.paddle, runs, log);
      return { ...precisionTable(rows), rows };
    },
  },
  openvino: {
    title: 'OpenVINO as rcc drives it, beside onnxruntime in FP32 and OpenVINO’s own benchmark_app',
    timed: true,
    needs: openvinoNeeds,
    async run() {
      const installation = await findOpenvino();
      if (!installation) return undefined;
      const measured = await benchOpenvino({ installation, rounds: runs, only: values.only }, log);
      const compiler = `OpenVINO ${installation.version}`;
      return { ...openvinoTable(measured), ...measured, compiler };
    },
  },
  'openvino-forms': {
    title: 'The forms of a quantised graph on OpenVINO, beside FP32 and BF16',
    timed: true,
    needs: openvinoNeeds,
    async run() {
      const installation = await findOpenvino();
      if (!installation) return undefined;
      const rows = await benchOpenvinoForms({ installation, rounds: runs, only: values.only }, log);
      const compiler = `OpenVINO ${installation.version}`;
      return { ...openvinoFormTable(rows), compiler, rows };
    },
  },
  kernels: {
    title: 'Kernels in an engine of TensorRT-RTX, by compute capability',
    timed: false,
    needs: rtxNeeds,
    async run() {
      const installation = await findRtx();
      if (!installation) return undefined;
      const rows = await benchKernels(installation, pythons, log);
      return { ...kernelTable(rows), compiler: installation.version, rows };
    },
  },
  families: {
    title: 'Kernels in an engine of TensorRT-RTX, relatives of ResNet by who wrote the graph',
    timed: false,
    needs: rtxNeeds,
    async run() {
      const rtx = await findRtx();
      if (!rtx) return undefined;
      const measured = await benchFamilies(rtx, { pythons, only: values.only }, log);
      const rows = values.only ? amongEarlier('bench/results/families.json', measured) : measured;
      return { ...kernelTable(rows), rows, compiler: rtx.version };
    },
  },
  quantized: {
    title: 'Kernels in an engine of TensorRT-RTX by quantised form, by compute capability',
    timed: false,
    needs: rtxNeeds,
    async run() {
      const installation = await findRtx();
      if (!installation) return undefined;
      const rows = await benchQuantized(installation, log);
      return { ...quantizedTable(rows), compiler: installation.version, rows };
    },
  },
  forms: {
    title: `Kernels in an engine of ${triedModel} by form, by compute capability`,
    timed: false,
    needs: rtxNeeds,
    async run() {
      const installation = await findRtx();
      if (!installation) return undefined;
      const rows = await benchForms(installation, log);
      return { ...formTable(rows), compiler: installation.version, rows };
    },
  },
};

const machine = {
  cpu: cpus()[0]?.model ?? '',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  os: `${process.platform} ${release()}`,
  node: process.version,
};

const chosen = (positionals.length > 0 ? positionals : Object.keys(parts)).map((name) => {
  const part = ownValue(parts, name);
  if (!part) throw new Error(`there is no part '${name}': ${Object.keys(parts).join(', ')}`);
  return { name, ...part };
});
const anyTimed = chosen.some(({ timed }) => timed);
if (anyTimed) execFileSync('npm', ['run', 'build', '--silent'], { stdio: 'inherit' });
mkdirSync('bench/results', { recursive: true });
const date = new Date().toISOString().slice(0, 10);
console.log(
  `rcc ${version}, ${date}, ${machine.cores} × ${machine.cpu}, ${machine.memoryGiB} GiB, Node ${machine.node}${anyTimed ? `; medians of ${runs} runs` : ''}\n`,
);
for (const { name, title, timed, needs, run } of chosen) {
  const result = await run();
  if (!result) {
    log(`${name}: left out, it needs ${needs}`);
    continue;
  }
  const { head, cells, ...figures } = result;
  console.log(`### ${title}\n\n${markdownTable({ head, cells })}\n`);
  const file = { rcc: version, date, machine, ...(timed ? { runs } : {}), ...figures };
  writeFileSync(`bench/results/${name}.json`, `${JSON.stringify(file, null, 2)}\n`);
}
