/* OpenVINO as rcc drives it, beside onnxruntime in FP32 and OpenVINO's own benchmark_app on the same file, in turn, in one run. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine, Precision } from '../engines/engine.ts';
import { createOnnxruntimeEngine } from '../engines/onnxruntime/engine.ts';
import { createOpenvinoEngine } from '../engines/openvino/engine.ts';
import type { OpenvinoOptions } from '../engines/openvino/options.ts';
import {
  computesIn,
  openvinoPrecision,
  openvinoPrecisions,
} from '../engines/openvino/precisions.ts';
import { describeProcessor } from '../engines/processor.ts';
import type { Installation } from '../engines/python/installation.ts';
import { append } from '../src/collections/append.ts';
import { medianOf, runProcess, timeProcess } from './whole-process.ts';

export interface OpenvinoRow {
  readonly model: string;
  readonly precision: Precision;
  readonly batch: number;
  readonly rccMs: number;
  readonly onnxruntimeMs: number;
  readonly benchmarkAppMs: number;
  /** Medians of the ratios of each round. */
  readonly ofOnnxruntime: number;
  readonly ofBenchmarkApp: number;
  readonly threads: number;
}

export interface OpenvinoBench {
  readonly rows: readonly OpenvinoRow[];
  /** `rcc classify` of one picture on a built FP32 engine, as a whole process. */
  readonly firstInferenceMs: number;
}

export interface OpenvinoBenchOptions {
  readonly installation: Installation;
  readonly rounds: number;
  /** Networks in place of the usual three. */
  readonly only?: readonly string[] | undefined;
}

const models = ['resnet18', 'resnet50_vd', 'resnet101_vd'];
const batches = [1, 4, 8];
const limits = { warmUpMs: 500, durationMs: 2000, minIterations: 5 };

type Log = (line: string) => void;

/** benchmark_app runs in the package's own Python; what reports to its maker is kept from being loaded. */
const peerScript =
  'import sys; sys.modules["openvino_telemetry"] = None; from openvino.tools.benchmark.main import main; main()';

/** Median latency that OpenVINO's own benchmark_app measures. Throws where it tells none. */
function measurePeer(
  { installation, threads, precision }: OpenvinoOptions,
  folder: string,
  { model, batch }: { readonly model: string; readonly batch: number },
): number {
  const config = join(folder, 'benchmark-app.json');
  writeFileSync(config, JSON.stringify({ CPU: { INFERENCE_NUM_THREADS: threads } }));
  const stdout = execFileSync(
    installation.python.path,
    [
      ...['-c', peerScript, '-m', model, '-d', 'CPU', '-hint', 'latency', '-api', 'sync'],
      ...['-load_config', config, '-infer_precision', openvinoPrecision(precision).hint],
      ...['-shape', `[${batch},3,224,224]`, '-t', String(limits.durationMs / 1000)],
    ],
    { encoding: 'utf8' },
  );
  const median = Number(/Median:\s+([\d.]+) ms/.exec(stdout)?.[1]);
  if (!(median > 0)) throw new Error(`benchmark_app told no median: ${stdout.slice(-400)}`);
  return median;
}

async function medianMs(engine: Engine, path: string, batch: number): Promise<number> {
  return (await engine.measure(path, { batch, ...limits })).latency.medianMs;
}

function build(model: string, precision: Precision, target: string, directory: string): string {
  runProcess(process.execPath, [
    ...['dist/rcc.js', 'compile', `specs/${model}.rn`, `--${precision}`, '--target', target],
    ...['--no-time', '--no-verify', '--no-engine-cache', '--quiet', '-o', directory],
    ...(target === 'openvino' ? ['--batches', batches.join(',')] : []),
  ]);
  return directory;
}

/** Every system once, in turn. */
async function measureRound(
  work: { readonly embedded: string; readonly built: ReadonlyMap<Precision, string> },
  options: Omit<OpenvinoOptions, 'precision'>,
  { folder, batch }: { readonly folder: string; readonly batch: number },
) {
  const threads = options.threads ?? 1;
  const onnxruntime = createOnnxruntimeEngine({ threads });
  const onnxruntimeMs = await medianMs(onnxruntime, join(work.embedded, 'model.ort.onnx'), batch);
  const figures = [];
  for (const [precision, directory] of work.built) {
    const own = { ...options, precision };
    const path = join(directory, `model.b${batch}.blob`);
    const rccMs = await medianMs(createOpenvinoEngine(own), path, batch);
    const model = join(directory, 'model.onnx');
    const benchmarkAppMs = measurePeer(own, folder, { model, batch });
    figures.push({ precision, onnxruntimeMs, rccMs, benchmarkAppMs });
  }
  return figures;
}

type Figures = Awaited<ReturnType<typeof measureRound>>[number];

function rowOf(
  place: Pick<OpenvinoRow, 'model' | 'precision' | 'batch' | 'threads'>,
  figures: readonly Figures[],
): OpenvinoRow {
  const medianBy = (value: (figure: Figures) => number) => medianOf(figures.map(value));
  return {
    ...place,
    rccMs: medianBy(({ rccMs }) => rccMs),
    onnxruntimeMs: medianBy(({ onnxruntimeMs }) => onnxruntimeMs),
    benchmarkAppMs: medianBy(({ benchmarkAppMs }) => benchmarkAppMs),
    ofOnnxruntime: medianBy(({ rccMs, onnxruntimeMs }) => rccMs / onnxruntimeMs),
    ofBenchmarkApp: medianBy(({ rccMs, benchmarkAppMs }) => rccMs / benchmarkAppMs),
  };
}

async function benchModel(
  model: string,
  folder: string,
  {
    rounds,
    options,
    log,
  }: { rounds: number; options: Omit<OpenvinoOptions, 'precision'>; log: Log },
): Promise<readonly OpenvinoRow[]> {
  const precisions = openvinoPrecisions.filter((one) => computesIn(options.processor, one));
  const embedded = build(model, 'fp32', 'onnxruntime', join(folder, model, 'embedded'));
  const built = new Map(
    precisions.map((precision) => [
      precision,
      build(model, precision, 'openvino', join(folder, model, precision)),
    ]),
  );
  const rows: OpenvinoRow[] = [];
  for (const batch of batches) {
    const all: Figures[] = [];
    for (let round = 0; round < rounds; round++) {
      append(all, await measureRound({ embedded, built }, options, { folder, batch }));
    }
    for (const precision of precisions) {
      const place = { model, precision, batch, threads: options.threads ?? 1 };
      const row = rowOf(
        place,
        all.filter((figure) => figure.precision === precision),
      );
      log(
        `${model} ${precision}, batch ${batch}: ${row.rccMs.toFixed(1)} ms, ${row.ofOnnxruntime.toFixed(2)} × onnxruntime, ${row.ofBenchmarkApp.toFixed(2)} × benchmark_app`,
      );
      rows.push(row);
    }
  }
  return rows;
}

/** Times each network, precision and batch; and a whole process from the command to the first answer. */
export async function benchOpenvino(
  { installation, rounds, only }: OpenvinoBenchOptions,
  log: Log,
): Promise<OpenvinoBench> {
  const folder = mkdtempSync(join(tmpdir(), 'rcc-openvino-'));
  const processor = await describeProcessor();
  const threads = processor.usableCores;
  const shared = { installation, processor, threads, hint: 'latency', batches } as const;
  const options = { ...shared, timeoutMs: 600_000 };
  try {
    const rows: OpenvinoRow[] = [];
    for (const model of only ?? models) {
      append(rows, await benchModel(model, folder, { rounds, options, log }));
    }
    const [first = 'resnet50_vd'] = only ?? ['resnet50_vd'];
    const words = [
      'dist/rcc.js',
      'classify',
      join(folder, first, 'fp32'),
      'examples/digits/four.png',
    ];
    const times = Array.from({ length: Math.max(3, rounds) }, () =>
      timeProcess(process.execPath, words),
    );
    const firstInferenceMs = medianOf(times);
    log(`rcc classify, whole process: ${firstInferenceMs.toFixed(0)} ms`);
    return { rows, firstInferenceMs };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function openvinoTable({ rows, firstInferenceMs }: OpenvinoBench) {
  const head = ['model', 'precision', 'batch', 'rcc ms', 'onnxruntime FP32 ms', 'rcc / it'];
  return {
    head: [...head, 'benchmark_app ms', 'rcc / it', 'threads'],
    cells: [
      ...rows.map((row) => [
        row.model,
        row.precision,
        String(row.batch),
        row.rccMs.toFixed(1),
        row.onnxruntimeMs.toFixed(1),
        row.ofOnnxruntime.toFixed(2),
        row.benchmarkAppMs.toFixed(1),
        row.ofBenchmarkApp.toFixed(2),
        String(row.threads),
      ]),
      ['rcc classify, whole process', 'fp32', '1', firstInferenceMs.toFixed(0), '', '', '', '', ''],
    ],
  };
}
