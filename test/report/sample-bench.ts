import type { Precision } from '../../engines/engine.ts';
import type { BenchFile, BenchRow } from '../../src/report/bench-file.ts';

/** Invented figures in the form of a bench file: they test drawing and comparing, and say nothing about any machine. */
export interface SampleRow {
  readonly model: string;
  readonly ms: number;
  readonly device?: 'cpu' | 't4';
  readonly precision?: Precision;
  readonly batch?: number;
  /** p90 over median, minus 1. */
  readonly spread?: number;
  readonly stable?: boolean;
}

const devices = {
  cpu: { kind: 'cpu', name: 'Sample CPU', details: { cores: 2 } },
  t4: {
    kind: 'gpu',
    name: 'Tesla T4',
    details: { 'compute capability': '7.5', 'SM clock, MHz': 1590 },
  },
} as const;

export function sampleRow(row: SampleRow): BenchRow {
  const {
    model,
    ms,
    device = 'cpu',
    precision = 'fp32',
    batch = 1,
    spread = 0.02,
    stable = true,
  } = row;
  return {
    model,
    provenance: { engine: device === 'cpu' ? 'onnxruntime 1.30.0' : 'TensorRT 10.4.0' },
    target: device === 'cpu' ? 'onnxruntime' : 'tensorrt',
    device: { ...devices[device] },
    precision,
    batch,
    latency: {
      minMs: ms * (1 - spread / 2),
      meanMs: ms * (1 + spread / 4),
      medianMs: ms,
      p90Ms: ms * (1 + spread),
      p95Ms: ms * (1 + 1.5 * spread),
      p99Ms: ms * (1 + 3 * spread),
      maxMs: ms * (1 + 5 * spread),
      variation: spread,
    },
    imagesPerSecond: (1000 * batch) / ms,
    iterations: 120,
    warmUpMs: 200,
    definition: 'From the call to its return on the host, input and output in memory.',
    settings: { threads: 1 },
    stable,
    warnings: stable ? [] : ['The middle half of the runs spreads over 12 % of the median.'],
  };
}

export function sampleBench(rows: readonly BenchRow[], extra: Partial<BenchFile> = {}): BenchFile {
  return {
    schemaVersion: 1,
    createdAt: '2026-01-02T03:04:05Z',
    rcc: '0.0.0',
    rows: [...rows],
    profiles: [],
    audits: [],
    accuracies: [],
    ...extra,
  };
}

const models = {
  resnet18: 1.3,
  resnet34_vd: 2.2,
  resnet50: 2.6,
  resnet50_vd: 2.7,
};

/** Two devices, two precisions, two batches, a profile, an audit and accuracies. */
export function fullSampleBench(): BenchFile {
  const rows = Object.entries(models).flatMap(([model, ms]) =>
    [1, 4].flatMap((batch) => [
      sampleRow({
        model,
        batch,
        ms: 9 * ms * batch,
        spread: 0.06,
        stable: model !== 'resnet34_vd',
      }),
      sampleRow({ model, batch, ms: 1.1 * ms * batch ** 0.6, device: 't4', precision: 'fp32' }),
      sampleRow({ model, batch, ms: 0.8 * ms * batch ** 0.5, device: 't4', precision: 'fp16' }),
    ]),
  );
  const layers = Array.from({ length: 61 }, (_, i) => ({
    name:
      i % 9 === 8
        ? `reformat ${i}`
        : `stage${1 + (i >> 4)}/block${(i >> 2) % 4}/conv${1 + (i % 3)}`,
    kind: i % 9 === 8 ? 'reformat' : i % 16 === 0 ? 'pool' : 'conv',
    timeMs: 0.02 + 0.03 * ((i * 7) % 5),
  }));
  const accuracy = (precision: Precision, top1: number) => ({
    model: 'resnet50_vd',
    target: 'onnxruntime',
    precision,
    dataset: 'sample pictures',
    images: 500,
    top1,
    top5: top1 + 0.15,
    definition: 'Invented for a test.',
  });
  return sampleBench(rows, {
    profiles: [
      {
        model: 'resnet50_vd',
        target: 'tensorrt',
        device: { ...devices.t4 },
        precision: 'fp16',
        batch: 4,
        definition: 'Mean of 100 profiled runs.',
        layers,
      },
    ],
    audits: [
      {
        model: 'resnet50_vd',
        target: 'tensorrt',
        builtFor: 'T4',
        precision: 'fp16',
        passed: true,
        kernels: 62,
        residualBlocks: 16,
        fusedBlocks: 16,
        findings: [],
      },
      {
        model: 'resnet18',
        target: 'tensorrt',
        builtFor: 'T4',
        precision: 'int8',
        passed: false,
        kernels: 31,
        residualBlocks: 8,
        fusedBlocks: 7,
        findings: ['stage2/block0/conv2 writes float: its residual was not quantised.'],
      },
    ],
    accuracies: [accuracy('fp32', 0.79), accuracy('fp16', 0.79), accuracy('int8', 0.784)],
  });
}

/** One processor, two precisions, two batches, a profile and an audit of each; the runs of batch 4 are few. */
export function batchesSampleBench(
  names: readonly string[] = ['resnet18', 'resnet50_vd'],
): BenchFile {
  const cells = names.flatMap((model, k) =>
    (['fp32', 'int8'] as const).flatMap((precision, i) =>
      [1, 4].map((batch) => ({
        model,
        precision,
        batch,
        ms: (20 * batch * (k + 1)) / (1 + 2 * i),
      })),
    ),
  );
  const device = { ...devices.cpu };
  const rows = cells.map((cell) => {
    const iterations = cell.batch === 1 ? 120 : 9;
    const samplesMs = Array.from(
      { length: iterations },
      (_, n) => cell.ms * (0.98 + ((n * 7) % 11) / 200),
    );
    return { ...sampleRow(cell), target: 'openvino', iterations, samplesMs };
  });
  const profiles = cells.map(({ ms: _, ...cell }) => ({
    ...cell,
    target: 'openvino',
    device,
    definition: 'Mean of 100 profiled runs.',
    layers: [
      ...(cell.precision === 'int8'
        ? [{ name: 'input/quantize', kind: 'quantize', timeMs: 0.1 }]
        : []),
      { name: 'stem/conv1', kind: 'convolution', timeMs: 1 },
      { name: 'stem/pool', kind: 'pooling', timeMs: 0.2 },
      { name: 'head/fc', kind: 'gemm', timeMs: 0.1 },
    ],
  }));
  const audits = cells.map(({ ms: _, ...cell }) => ({
    ...cell,
    target: 'openvino',
    builtFor: device.name,
    passed: true,
    kernels: 25,
    residualBlocks: 8,
    fusedBlocks: 8,
    findings: [],
  }));
  return sampleBench(rows, { profiles, audits });
}
