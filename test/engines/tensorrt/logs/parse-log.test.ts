import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTrtexecLog, TrtexecLogParser } from '../../../../engines/tensorrt/logs/parse-log.ts';
import type { TrtexecReport } from '../../../../engines/tensorrt/logs/report.ts';
import { parseMetric, parseNumber } from '../../../../engines/tensorrt/logs/summary-lines.ts';
import { liveBytes } from '../../../helpers/live-memory.ts';

const at = '[03/04/2031-05:06:07]';

/** Lines as a release prints them; every figure is invented. */
const lines = [
  '&&&& RUNNING TensorRT.trtexec [TensorRT v100400] [b26] # trtexec --loadEngine=model.plan',
  `${at} [I] === Device Information ===`,
  `${at} [I] Available Devices: `,
  `${at} [I]   Device 0: "Tesla T4" UUID: GPU-1`,
  `${at} [I] Selected Device: Tesla T4`,
  `${at} [I] Selected Device ID: 0`,
  `${at} [I] Selected Device UUID: GPU-1`,
  `${at} [I] Compute Capability: 7.5`,
  `${at} [I] SMs: 40`,
  `${at} [I] Device Global Memory: 15109 MiB`,
  `${at} [I] Application Compute Clock Rate: 1.59 GHz`,
  `${at} [I] Application Memory Clock Rate: 5.001 GHz`,
  `${at} [W] [TRT] Using an engine plan file across different models of devices is not recommended.`,
  `${at} [I] Engine deserialized in 0.012 sec.`,
  `${at} [I] Starting inference`,
  `${at} [I] Warmup completed 12 queries over 200 ms`,
  `${at} [I] Timing trace has 2500 queries over 3.002 s`,
  `${at} [I] `,
  `${at} [I] === Performance summary ===`,
  `${at} [I] Throughput: 812.5 qps`,
  `${at} [I] Latency: min = 1.2 ms, max = 2.0 ms, mean = 1.3 ms, median = 1.25 ms, percentile(90%) = 1.4 ms, percentile(95%) = 1.5 ms, percentile(99.9%) = 1.6 ms`,
  `${at} [I] Enqueue Time: min = 0.1 ms, max = 0.2 ms, mean = 0.15 ms, median = 0.15 ms, percentile(90%) = 0.16 ms`,
  `${at} [I] H2D Latency: min = 0 ms, max = 0 ms, mean = 0 ms, median = 0 ms`,
  `${at} [I] GPU Compute Time: min = 1.1 ms, max = 1.9 ms, mean = 1.2e+00 ms, median = 1.2 ms, percentile(99%) = 5.3e-05 ms`,
  `${at} [I] D2H Latency: min = 0.005 ms, max = inf ms, mean = nan ms, median = -nan ms`,
  `${at} [I] Total Host Walltime: 3.002 s`,
  `${at} [I] Total GPU Compute Time: 2.9 s`,
  `${at} [W] * GPU compute time is unstable, with coefficient of variance = 3.1%.`,
  `${at} [I] Explanations of the performance metrics are printed in the verbose logs.`,
  '&&&& PASSED TensorRT.trtexec [TensorRT v100400] [b26] # trtexec --loadEngine=model.plan',
];

const whole = parseTrtexecLog(lines.join('\n'));

describe('a whole log', () => {
  test('banner, device, phases', () => {
    expect(whole.banner).toEqual({ state: 'RUNNING', version: '10.4.0', build: 26 });
    expect(whole.state).toBe('PASSED');
    expect(whole.phase).toBe('reporting');
    expect(whole.device).toEqual({
      name: 'Tesla T4',
      uuid: 'GPU-1',
      computeCapability: '7.5',
      multiprocessors: 40,
      memoryMiB: 15109,
      computeClockGHz: 1.59,
      memoryClockGHz: 5.001,
    });
    expect([whole.deserializeS, whole.warmUpQueries, whole.queries]).toEqual([0.012, 12, 2500]);
  });

  test('summary', () => {
    const { metrics, throughputQps, hostWalltimeS, gpuComputeS } = whole.summary;
    expect([throughputQps, hostWalltimeS, gpuComputeS]).toEqual([812.5, 3.002, 2.9]);
    expect(metrics.latency).toMatchObject({ minMs: 1.2, maxMs: 2, meanMs: 1.3, medianMs: 1.25 });
    expect([...(metrics.latency?.percentilesMs ?? [])]).toEqual([
      [90, 1.4],
      [95, 1.5],
      [99.9, 1.6],
    ]);
    expect(metrics.gpuCompute?.meanMs).toBe(1.2);
    expect(metrics.gpuCompute?.percentilesMs.get(99)).toBe(5.3e-5);
    expect(metrics.h2d?.percentilesMs.size).toBe(0);
    expect(metrics.d2h?.maxMs).toBe(Infinity);
    expect(metrics.d2h?.meanMs).toBeNaN();
  });

  test('doubts stay apart from warnings', () => {
    expect(whole.doubts).toEqual([
      'GPU compute time is unstable, with coefficient of variance = 3.1%.',
    ]);
    expect(whole.warnings).toHaveLength(1);
    expect(whole.errorCount).toBe(0);
  });
});

test.each([
  ['8.5', 'Finish parsing network model', 'Compute Clock Rate: 1.59 GHz', undefined],
  [
    '8.6',
    'Finished parsing network model. Parse time: 0.25',
    'Application Compute Clock Rate: 1.59 GHz',
    0.25,
  ],
])('the build lines of %s', (_, parsed, clock, parseS) => {
  const report = parseTrtexecLog(
    [
      clock,
      'Start parsing network model',
      parsed,
      'Engine built in 12.5 sec.',
      'Created engine with size: 48.25 MiB',
    ]
      .map((text) => `${at} [I] ${text}`)
      .join('\r\n'),
  );
  expect(report).toMatchObject({ parseS, buildS: 12.5, engineMiB: 48.25, phase: 'writing' });
  expect(report.device.computeClockGHz).toBe(1.59);
});

test('of a figure that is told twice the first counts; a summary begins with its heading', () => {
  const latency = (ms: number) =>
    `Latency: min = ${ms} ms, max = ${ms} ms, mean = ${ms} ms, median = ${ms} ms`;
  const report = parseTrtexecLog(
    [
      'Engine built in 12.5 sec.',
      'Engine built in 99 sec.',
      latency(7),
      '=== Performance summary ===',
      latency(1),
      latency(2),
      'Throughput: 100 qps',
      'Throughput: 200 qps',
    ]
      .map((text) => `${at} [I] ${text}`)
      .join('\n'),
  );
  expect(report.buildS).toBe(12.5);
  expect(report.summary.metrics.latency?.medianMs).toBe(1);
  expect(report.summary.throughputQps).toBe(100);
  expect(parseTrtexecLog(`${at} [I] ${latency(7)}`).summary.metrics).toEqual({});
});

test.each([
  'constructor',
  'valueOf',
  '__proto__',
  'hasOwnProperty',
])('a line that begins with %s is no line of the device', (word) => {
  expect(parseTrtexecLog(`${at} [I] ${word}: x`).device).toEqual({});
});

test('a figure that cannot be is none', () => {
  const report = parseTrtexecLog(
    [
      'Throughput: nan qps',
      'Total Host Walltime: inf s',
      'Engine built in -1 sec.',
      'SMs: many',
      'Selected Device: ',
    ]
      .map((text) => `${at} [I] ${text}`)
      .join('\n'),
  );
  expect([report.summary.throughputQps, report.summary.hostWalltimeS, report.buildS]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(report.device).toEqual({});
});

describe('errors', () => {
  const complaint = [
    `${at} [E] [TRT] parsers/onnx/ModelImporter.cpp:961: While parsing node number 267 [Conv -> "y"]:`,
    `${at} [E] [TRT] parsers/onnx/ModelImporter.cpp:964: --- Begin node ---`,
    'input: "x"',
    'output: "y"',
    'name: "stage1/block0/conv1"',
    'op_type: "Conv"',
    'attribute {',
    '  name: "dilations"',
    '}',
    `${at} [E] [TRT] parsers/onnx/ModelImporter.cpp:965: --- End node ---`,
    `${at} [E] [TRT] parsers/onnx/ModelImporter.cpp:967: ERROR: onnxOpImporters.cpp:1234 In function importConv:`,
    '[8] Assertion failed: the kernel is not supported',
    `${at} [E] Failed to parse onnx file`,
  ];

  test('the node of a parser error, with its reason', () => {
    expect(parseTrtexecLog(complaint.join('\n')).onnx).toEqual({
      node: 'stage1/block0/conv1',
      op: 'Conv',
      reason: 'Assertion failed: the kernel is not supported',
    });
  });

  test('the same when the dump begins on the marked line, and in one line', () => {
    const early = [
      `${at} [E] [TRT] ModelImporter.cpp:748: While parsing node number 205 [Range -> "652"]:`,
      `${at} [E] [TRT] ModelImporter.cpp:749: --- Begin node ---`,
      `${at} [E] [TRT] ModelImporter.cpp:750: input: "1055"`,
      'name: "Range_271"',
      `${at} [E] [TRT] ModelImporter.cpp:751: --- End node ---`,
      `${at} [E] [TRT] ModelImporter.cpp:754: ERROR: ModelImporter.cpp:162 In function parseGraph:`,
      '[6] Invalid Node - Range_271',
    ];
    expect(parseTrtexecLog(early.join('\n')).onnx).toEqual({
      node: 'Range_271',
      op: 'Range',
      reason: 'Invalid Node - Range_271',
    });
    const one = `${at} [E] Error[3]: In node 11 with name: a/b and operator: Conv (parseNode): UNSUPPORTED_NODE: Assertion failed: x`;
    expect(parseTrtexecLog(one).onnx).toEqual({
      node: 'a/b',
      op: 'Conv',
      reason: 'Assertion failed: x',
    });
  });

  test('a CUDA failure without a mark is an error', () => {
    const report = parseTrtexecLog('Cuda failure: no CUDA-capable device is detected');
    expect(report.errors).toEqual(['Cuda failure: no CUDA-capable device is detected']);
  });
});

/** Every figure of `report` that is there is the one of the whole log. */
function contradictions(report: TrtexecReport): string[] {
  const wrong: string[] = [];
  const compare = (name: string, found: unknown, expected: unknown) => {
    if (found !== undefined && !Object.is(found, expected)) wrong.push(`${name}: ${found}`);
  };
  for (const name of ['buildS', 'deserializeS', 'queries', 'warmUpQueries'] as const) {
    compare(name, report[name], whole[name]);
  }
  compare('throughput', report.summary.throughputQps, whole.summary.throughputQps);
  compare('walltime', report.summary.hostWalltimeS, whole.summary.hostWalltimeS);
  for (const name of ['latency', 'enqueue', 'h2d', 'gpuCompute', 'd2h'] as const) {
    const [found, expected] = [report.summary.metrics[name], whole.summary.metrics[name]];
    for (const part of ['minMs', 'maxMs', 'meanMs', 'medianMs'] as const) {
      compare(`${name}.${part}`, found?.[part], expected?.[part]);
    }
    for (const [p, value] of found?.percentilesMs ?? []) {
      compare(`${name} p${p}`, value, expected?.percentilesMs.get(p));
    }
  }
  return wrong;
}

describe('whatever it is fed, a figure is right or missing', () => {
  const text = lines.join('\n');

  test('cut anywhere', () => {
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(text.length), (from, to) => {
        expect(contradictions(parseTrtexecLog(text.slice(from, to)))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('foreign lines between, and bytes inside of lines', () => {
    const insertion = fc.record({
      at: fc.nat(text.length),
      with: fc.oneof(
        fc.string({ maxLength: 60, unit: 'binary' }),
        fc.constantFrom(
          `\n${at} [W] [TRT] weights are subnormal\n`,
          `${at} [E] x`,
          '\r',
          '\n',
          'ms, ',
        ),
      ),
    });
    fc.assert(
      fc.property(fc.array(insertion, { maxLength: 6 }), (insertions) => {
        let mixed = text;
        for (const one of insertions)
          mixed = mixed.slice(0, one.at) + one.with + mixed.slice(one.at);
        expect(contradictions(parseTrtexecLog(mixed))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test('streams mixed in any order give the same summary', () => {
    const streamOf = (line: string) => (line.includes('[W]') ? 'stderr' : 'stdout');
    const pick = fc.array(fc.boolean(), { minLength: lines.length, maxLength: lines.length });
    fc.assert(
      fc.property(pick, (choices) => {
        const parser = new TrtexecLogParser();
        // Lines of one stream stay in order; the two streams interleave as they please.
        const waiting = {
          stdout: lines.filter((line) => streamOf(line) === 'stdout'),
          stderr: lines.filter((line) => streamOf(line) === 'stderr'),
        };
        const order = choices.map((first) => (first ? 'stdout' : 'stderr'));
        for (const stream of [...order, ...lines.map(streamOf)]) {
          const line = waiting[stream].shift();
          if (line !== undefined) parser.push(line, stream);
        }
        for (const line of [...waiting.stdout, ...waiting.stderr]) parser.push(line);
        expect(parser.report().summary).toEqual(whole.summary);
        expect(parser.report().doubts).toEqual(whole.doubts);
      }),
      { numRuns: 100 },
    );
  });

  test('prefixes of containers and schedulers, colours, CRLF', () => {
    const prefix = fc.constantFrom(
      '',
      'trtexec-1  | ',
      '2031-03-04T05:06:07Z stdout F ',
      '[0] ',
      '\u001b[32m',
    );
    fc.assert(
      fc.property(prefix, fc.constantFrom('\n', '\r\n'), (before, end) => {
        const report = parseTrtexecLog(lines.map((line) => before + line).join(end));
        expect(report.summary).toEqual(whole.summary);
        expect(report.banner).toEqual(whole.banner);
      }),
    );
  });
});

test('numbers as C++ prints them, and a locale’s comma', () => {
  const numbers = ['27207', '0', '5.3e-05', '1.2e+06', 'inf', '-inf', '-nan', '1,25'];
  expect(numbers.map(parseNumber)).toEqual([
    27207,
    0,
    5.3e-5,
    1.2e6,
    Infinity,
    -Infinity,
    Number.NaN,
    1.25,
  ]);
  const german = 'Latency: min = 1,2 ms, max = 2,5 ms, mean = 1,3 ms, median = 1,25 ms';
  expect(parseMetric(german)?.metric.medianMs).toBe(1.25);
});

test('a hundred megabytes are read in bounded memory', () => {
  const parser = new TrtexecLogParser();
  const noise = [
    `${at} [V] [TRT] ${'Tactic: 0x0000 Time: 0.1 '.repeat(8)}`,
    `${at} [W] [TRT] a warning among a great many ${'x'.repeat(80)}`,
    `${at} [E] [TRT] an error among a great many ${'x'.repeat(80)}`,
    'a line without a mark that follows it',
  ];
  const before = liveBytes();
  let bytes = 0;
  for (let i = 0; bytes < 100e6; i++) {
    const line = noise[i % noise.length] ?? '';
    bytes += line.length + 1;
    parser.push(line);
  }
  const grown = liveBytes() - before;
  const report = parser.report();
  expect(report.errorCount).toBeGreaterThan(100_000);
  expect(JSON.stringify(report).length).toBeLessThan(300_000);
  expect(grown).toBeLessThan(2e6);
}, 60_000);
