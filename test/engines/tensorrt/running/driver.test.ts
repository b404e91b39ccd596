import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { findLayerLists } from '../../../../engines/audit/audit-folder.ts';
import type { Engine } from '../../../../engines/engine.ts';
import { createOnnxruntimeEngine } from '../../../../engines/onnxruntime/engine.ts';
import { numbersOf } from '../../../../engines/tensor-values.ts';
import { inspectMachine } from '../../../../engines/tensorrt/machine/machine.ts';
import { judgeConditions } from '../../../../engines/tensorrt/running/clock-watch.ts';
import { numbers } from '../../../helpers/graphs.ts';
import { builtEngine, diagnosticsOf, pretend, standInEngine, trtexecStandIn } from '../helpers.ts';

afterEach(() => void vi.unstubAllEnvs());

const request = { warmUpMs: 0, durationMs: 0, minIterations: 50 };

function imagesOf(batch: number) {
  const values = numbers(batch * 3 * 8 * 8, 5);
  const bytes = new Uint8Array(values.buffer);
  return { input: { dataType: 'float32' as const, shape: [batch, 3, 8, 8], bytes } };
}

function commandsIn(path: string): string[][] {
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line)).filter((args) => !args.includes('--help'));
}

// Every release and GPU runs end to end in test/cli/tensorrt.test.ts.
describe.each([
  ['8.6', 'v100'],
  ['11.1', 't4'],
])('TensorRT %s on %s', (release, gpu) => {
  test('builds, times and runs', async () => {
    pretend({ RELEASE: release, GPU: gpu });
    const { engine, build, directory, modelPath, options } = await standInEngine({
      precision: 'fp16',
      batches: [1, 4],
    });
    const built = await build();
    const builds = [1, 4].map((batch) => {
      const file = `model.b${batch}.plan`;
      const bytes = readFileSync(join(directory, file));
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const batches = { min: batch, opt: batch, max: batch };
      return { file, sizeBytes: bytes.length, sha256, batches };
    });
    expect(built.engines).toEqual(builds);
    expect(built.builtFor).toBe(options.machine.gpu.name);
    expect(built.facts).toMatchObject({
      tensorrt: options.machine.fullVersion,
      builds: builds.map(({ file }) => ({
        engine: file,
        arguments: expect.arrayContaining(['--onnx=model.onnx', `--saveEngine=${file}`]),
      })),
      device: 0,
    });
    expect(existsSync(join(directory, 'model.b4.plan'))).toBe(true);

    const measured = await engine.measure(built.path, { ...request, batch: 4 });
    // The stand-in's invented figure for batch 4: 1.75 ms of compute, 0.205 ms of copies.
    expect(measured.parts?.gpuCompute?.medianMs).toBeCloseTo(1.75, 2);
    expect(measured.latency.medianMs).toBeCloseTo(1.955, 2);
    expect(measured.imagesPerSecond).toBeCloseTo((4 * 1000) / 1.955, -1);
    expect(measured).toMatchObject({ target: 'tensorrt', batch: 4, iterations: 50, stable: true });
    expect(measured.samplesMs).toHaveLength(50);
    expect(measured.device).toMatchObject({ kind: 'gpu', details: { driver: '550.54.15' } });
    expect(measured.warnings.join()).toContain('every figure here is invented');

    const inputs = imagesOf(4);
    const outputs = await engine.run(built.path, inputs);
    const reference = await createOnnxruntimeEngine({ threads: 1 }).run(modelPath, inputs);
    const [found, expected] = [outputs.logits, reference.logits];
    if (!found || !expected) throw new Error('no logits');
    expect(found.shape).toEqual(expected.shape);
    const differences = numbersOf(found).map((value, i) =>
      Math.abs(value - (numbersOf(expected)[i] ?? 0)),
    );
    // trtexec writes six significant digits.
    expect(Math.max(...differences)).toBeLessThan(1e-5);
  });
});

/** The largest difference from what onnxruntime computes of the same images. */
async function differenceOf(
  { run }: Pick<Engine, 'run'>,
  { path, modelPath }: { readonly path: string; readonly modelPath: string },
  batch: number,
): Promise<number> {
  const inputs = imagesOf(batch);
  const { logits } = await run(path, inputs);
  const reference = await createOnnxruntimeEngine({ threads: 1 }).run(modelPath, inputs);
  if (!logits || !reference.logits) throw new Error('no logits');
  const expected = numbersOf(reference.logits);
  return Math.max(...numbersOf(logits).map((value, i) => Math.abs(value - (expected[i] ?? 0))));
}

describe('inputs in another type or layout than the graph’s', () => {
  test.each([
    ['8.5', 'fp16', 'chw'],
    ['8.6', 'fp16', 'hwc8'],
    ['8.6', 'fp16', 'chw2'],
    ['10.4', 'fp16', 'chw'],
    ['10.4', 'bf16', 'hwc8'],
    ['10.4', 'fp16', 'chw4'],
    ['10.4', 'fp16', 'chw16'],
    ['10.16', 'fp32', 'chw32'],
    ['10.16', undefined, 'hwc'],
    ['11.1', undefined, 'chw32'],
  ] as const)('TensorRT %s, %s:%s', async (release, type, layout) => {
    pretend({ RELEASE: release });
    const inputFormat = type === undefined ? { layout } : { type, layout };
    const { engine, build, modelPath } = await standInEngine({ batches: [2], inputFormat });
    const { path } = await build();
    const difference = await differenceOf(engine, { path, modelPath }, 2);
    // Images of half precision, through one convolution.
    expect(difference).toBeLessThan({ fp16: 0.004, bf16: 0.04, fp32: 1e-5 }[type ?? 'fp32']);
  });
});

describe('outputs in another type or layout than the graph’s', () => {
  // trtexec writes them in the graph's order whatever the layout; what a type loses is lost.
  test.each([
    ['8.5', 'fp16', 'chw'],
    ['8.6', 'fp16', 'hwc8'],
    ['10.4', 'bf16', 'chw'],
    ['10.16', 'fp32', 'hwc'],
    ['10.16', 'fp16', 'chw4'],
    ['11.1', undefined, 'chw32'],
  ] as const)('TensorRT %s, %s:%s', async (release, type, layout) => {
    pretend({ RELEASE: release });
    const outputFormat = type === undefined ? { layout } : { type, layout };
    const { engine, build, modelPath } = await standInEngine({ batches: [2], outputFormat });
    const { path } = await build();
    const difference = await differenceOf(engine, { path, modelPath }, 2);
    const bounds = {
      fp16: { least: 1e-5, most: 0.004 },
      bf16: { least: 1e-3, most: 0.04 },
      fp32: { least: 0, most: 1e-5 },
    }[type ?? 'fp32'];
    expect(difference).toBeGreaterThanOrEqual(bounds.least);
    expect(difference).toBeLessThan(bounds.most);
  });

  test('a layout that does not hold the type is refused before trtexec is', async () => {
    const outputFormat = { type: 'fp32', layout: 'hwc8' } as const;
    const { build } = await standInEngine({ batches: [1], outputFormat });
    const [diagnostic] = await diagnosticsOf(build());
    expect(diagnostic?.code).toBe('tensorrt-io-layout');
  });
});

describe('an engine without weights', () => {
  // The stand-in's outputs are zeros unless trtexec refits, as it does with --refit only.
  test.each([
    '10.14',
    '10.16',
    '11.1',
  ])('gets them back before it runs, TensorRT %s', async (release) => {
    pretend({ RELEASE: release });
    const { engine, build } = await standInEngine({ batches: [1], stripWeights: true });
    const built = await build();
    const { logits } = await engine.run(built.path, imagesOf(1));
    expect(logits && numbersOf(logits).some((value) => value !== 0)).toBe(true);
    const measured = await engine.measure(built.path, { ...request, batch: 1 });
    expect(measured.iterations).toBe(50);
  });

  test('neither runs nor is timed where trtexec cannot refit it', async () => {
    pretend({ RELEASE: '10.4' });
    const { engine, build } = await standInEngine({ batches: [1], stripWeights: true });
    const built = await build();
    for (const use of [
      () => engine.run(built.path, imagesOf(1)),
      () => engine.load(built.path),
      () => engine.measure(built.path, { ...request, batch: 1 }),
    ]) {
      const [diagnostic] = await diagnosticsOf(use());
      expect(diagnostic?.code).toBe('tensorrt-stripped-needs-refit');
    }
  });
});

test('V100 on 10.5 is refused before trtexec builds anything', async () => {
  pretend({ RELEASE: '10.5', GPU: 'v100' });
  const { build, directory } = await standInEngine({ precision: 'fp16' });
  const [diagnostic] = await diagnosticsOf(build());
  expect(diagnostic?.message).toBe(
    'Tesla V100-SXM2-16GB (stand-in) is compute capability 7.0: TensorRT 10.4 is the last release that supports it.',
  );
  expect(await readdir(directory)).toEqual(['model.onnx']);
});

describe('building', () => {
  test('leaves engines, layers and logs, and nothing else; tells what it is at', async () => {
    pretend({ RELEASE: '10.4', DELAY_MS: '1100' });
    const { build, directory, notes } = await standInEngine({ batches: [2] });
    const progress: string[] = [];
    const built = await build({ report: (text) => progress.push(text) });
    expect((await readdir(directory)).sort()).toEqual([
      'cache',
      'layers.json',
      'model.onnx',
      'model.plan',
      'trtexec-build.log',
    ]);
    expect(built.engines.map(({ sizeBytes }) => sizeBytes > 0)).toEqual([true]);
    expect(progress.join('\n')).toMatch(
      /^build batch 2: (choosing kernels|writing the engine), \d+ s$/m,
    );
    expect(notes.map(({ code }) => code)).toEqual(['tensorrt-build-warnings']);
    expect(readFileSync(join(directory, 'trtexec-build.log'), 'utf8')).toContain('Engine built in');
    const again: string[] = [];
    await build({ report: (text) => again.push(text) });
    expect(again.at(-1)).toMatch(/\(last time \d+(\.\d+)? s\)$/);
  });

  test('the timing cache is shared from build to build; a foreign one is no failure', async () => {
    const { build, options } = await standInEngine({ batches: [1, 2] });
    await build();
    const folder = join(options.cacheDirectory, 'tensorrt');
    const [cache] = (await readdir(folder)).filter((name) => name.endsWith('.timing'));
    expect(cache).toBe('10.4.0.26-sm75-tesla-t4-stand-in.timing');
    const path = join(folder, cache ?? '');
    expect(readFileSync(path, 'utf8').match(/^build$/gm)).toHaveLength(2);
    await writeFile(path, 'of another release');
    await build();
    expect(readFileSync(path, 'utf8').match(/^build$/gm)).toHaveLength(2);
  });

  test.each([
    '8.5',
    '8.6',
    '10.13',
    '11.1',
  ])('a first build warns of no cache and leaves no lock, TensorRT %s', async (release) => {
    pretend({ RELEASE: release });
    const { build, directory, notes } = await standInEngine({ batches: [1] });
    await build();
    const warnings = notes.flatMap(({ details = [] }) => details);
    expect(warnings.filter((line) => line.includes('cache'))).toEqual([]);
    expect((await readdir(directory)).filter((name) => name.startsWith('timing'))).toEqual([]);
  });

  test('a build that fails over its timing cache is tried once more without', async () => {
    pretend({ FAILURE: 'timing-cache' });
    const { build, notes } = await standInEngine({ batches: [1] });
    await build();
    expect(notes.map(({ code }) => code)).toContain('tensorrt-cache-rejected');
  });

  test('a cache folder that cannot be made is a note', async () => {
    const { build, notes, directory } = await standInEngine(
      { batches: [1] },
      { cacheDirectory: '/dev/null/cache' },
    );
    await build();
    expect(notes.map(({ code }) => code)).toContain('tensorrt-cache-unusable');
    expect(existsSync(join(directory, 'model.plan'))).toBe(true);
  });

  test('one engine for a range of batches', async () => {
    const { build, engine } = await standInEngine({
      batches: [1, 8],
      profile: { min: 1, opt: 4, max: 8 },
    });
    const built = await build();
    expect(built.engines).toMatchObject([
      { file: 'model.plan', batches: { min: 1, opt: 4, max: 8 } },
    ]);
    const measured = await engine.measure(built.path, { ...request, batch: 8 });
    expect(measured.parts?.gpuCompute?.medianMs).toBeCloseTo(2.75, 2);
    const outputs = await engine.run(built.path, imagesOf(11));
    expect(outputs.logits?.shape).toEqual([11, 4, 8, 8]);
  });

  test('the command line that ran is the planned one', async () => {
    const { build, engine, directory } = await standInEngine({ precision: 'fp16', batches: [1] });
    pretend({ COMMANDS: join(directory, 'commands.jsonl') });
    const built = await build();
    await engine.measure(built.path, { ...request, batch: 1 });
    const [first = [], second = []] = commandsIn(join(directory, 'commands.jsonl'));
    const shown = first.map((arg) =>
      arg.replace(directory, '').replace(/\.rcc\.\S+\.partial/, '…'),
    );
    expect(shown).toEqual([
      '--onnx=/model.onnx',
      '--saveEngine=/…',
      '--stronglyTyped',
      '--shapes=input:1x3x8x8',
      '--profilingVerbosity=detailed',
      '--timingCacheFile=/timing.cache',
      '--exportLayerInfo=/…',
      '--skipInference',
    ]);
    expect(second).toContain(`--loadEngine=${join(directory, 'model.plan')}`);
    expect(second).toContain('--iterations=50');
  });
});

describe('timing', () => {
  test('tells what it is at', async () => {
    const { engine, path } = await builtEngine();
    const told: string[] = [];
    const report = (text: string) => void told.push(text);
    const request = { batch: 1, warmUpMs: 0, durationMs: 0, minIterations: 10, report };
    await engine.measure(path, request);
    await engine.measure(path, request);
    expect(told[0]).toBe('time batch 1: starting trtexec, 0 s');
    expect(told.at(-1)).toMatch(/^time batch 1: .*, \d+ s \(last time [\d.]+ s\)$/);
  });

  test('repeats an unsteady run and says that it stays so', async () => {
    pretend({ JITTER: '0.2' });
    const { engine, path } = await builtEngine({ repeats: 2 });
    const measured = await engine.measure(path, { ...request, batch: 1 });
    expect(measured.stable).toBe(false);
    expect(measured.settings.runs).toBe(2);
    expect(measured.warnings[0]).toContain('spreads over');
  });

  test.each(['missing', 'cut', 'nan'])('times that are %s', async (TIMES) => {
    pretend({ TIMES });
    const { engine, path } = await builtEngine({ repeats: 1 });
    const measured = await engine.measure(path, { ...request, batch: 1 });
    expect(measured.parts?.gpuCompute?.medianMs).toBeCloseTo(1, 1);
    const whole = TIMES === 'nan';
    expect(measured.settings.source).toBe(whole ? 'samples' : 'summary');
    expect(measured.latency.variation === undefined).toBe(!whole);
    expect(measured.stable).toBe(whole);
  });

  test('a GPU that is throttled gives no stable figure', async () => {
    pretend({ THROTTLE: '0x0000000000000024' });
    const { engine, path } = await builtEngine({ repeats: 1 });
    const measured = await engine.measure(path, { ...request, batch: 1 });
    expect(measured.stable).toBe(false);
    expect(measured.warnings).toContain(
      'The GPU was throttled: power cap, thermal slowdown (software).',
    );
    expect(measured.settings.throttleReasons).toBe('power cap, thermal slowdown (software)');
  });

  test('a GPU at its power cap is one, and the clock that it reached is said', async () => {
    pretend({ THROTTLE: '0x0000000000000004' });
    const { engine, path } = await builtEngine({ repeats: 1 });
    const measured = await engine.measure(path, { ...request, batch: 1 });
    expect(measured.stable).toBe(true);
    expect(measured.warnings.join()).toContain('The GPU ran at its power cap');
    const conditions = { maxSmClockMHz: 1590, temperatureC: undefined };
    const capped = {
      ...conditions,
      smClockMHz: [1005, 1290],
      throttleReasons: ['power cap'],
    } as const;
    expect(judgeConditions(capped)).toEqual({
      steady: true,
      told: true,
      warnings: ['The GPU ran at its power cap, at 1005 to 1290 of 1590 MHz.'],
    });
  });

  test('what a container prints first hides no throttling', async () => {
    pretend({ ENTRYPOINT: 'yes', THROTTLE: '0x0000000000000008' });
    const { engine, path } = await builtEngine({ repeats: 1 });
    const measured = await engine.measure(path, { ...request, batch: 1 });
    expect(measured.stable).toBe(false);
    expect(measured.settings).toMatchObject({
      maxSmClockMHz: 1590,
      temperatureCMax: 45,
      throttleReasons: 'hardware slowdown',
    });
  });

  test('of a GPU that does not tell, nothing is called stable', async () => {
    pretend({ THROTTLE: '[N/A]' });
    const { engine, path } = await builtEngine({ repeats: 1 });
    const measured = await engine.measure(path, { ...request, batch: 1 });
    expect(measured.stable).toBe(false);
    expect(measured.warnings).toContain(
      'Clocks and throttling could not be read: whether the GPU was throttled is not known.',
    );
    expect(measured.settings).not.toHaveProperty('throttleReasons');
  });

  test('without nvidia-smi it is not repeated, which could not help', async () => {
    const machine = await inspectMachine({ trtexec: trtexecStandIn, env: {}, device: 0 });
    const { engine, path } = await builtEngine({ repeats: 3 }, { machine });
    const measured = await engine.measure(path, { ...request, batch: 1 });
    expect([measured.stable, measured.settings.runs]).toEqual([false, 1]);
    expect(measured.warnings.filter((text) => text.includes('could not be read'))).toHaveLength(1);
  });

  test('the definition travels with the figure', async () => {
    const { engine, path } = await builtEngine({
      transfers: false,
      cudaGraph: true,
      streams: 2,
      percentiles: [99.9],
    });
    const measured = await engine.measure(path, { ...request, batch: 1 });
    expect(measured.definition).toBe(
      'Host latency of one batch: compute on the GPU, without copies; CUDA graph on, spin wait off, 2 streams; 0 ms warm-up, then at least 0 ms and 50 runs. Throughput: whole batches a second through all streams, times the batch.',
    );
    expect(measured.settings['latencyP99.9Ms']).toBeGreaterThan(0.9);
    expect(measured.parts?.h2d?.maxMs).toBe(0);
    expect(measured.parts?.gpuCompute?.definition).toMatch(/^GPU compute: from the start/);
  });

  test('times of the layers come from a run of their own', async () => {
    const { engine, path, directory } = await builtEngine({ profileLayers: true });
    await engine.measure(path, { ...request, batch: 1 });
    const [found] = await findLayerLists(directory);
    expect(found?.path).toBe(join(directory, 'layers.json'));
    expect(found?.list.layers.map(({ timeMs }) => timeMs)).toEqual([0.1]);
  });

  test('a batch without an engine is refused', async () => {
    const { engine, path } = await builtEngine({ batches: [1, 2] });
    const [diagnostic] = await diagnosticsOf(engine.measure(path, { ...request, batch: 4 }));
    expect(diagnostic?.message).toBe(
      'There is no engine for batch 4; the artifact holds batch 1, 2.',
    );
  });
});

test('a batch of any size runs through the engines that are there', async () => {
  const { build, engine, modelPath } = await standInEngine({ batches: [1, 4] });
  const built = await build();
  const inputs = imagesOf(6);
  const loaded = await engine.load(built.path);
  const outputs = await loaded.run(inputs);
  await loaded.close();
  const reference = await createOnnxruntimeEngine({ threads: 1 }).run(modelPath, inputs);
  expect(outputs.logits?.shape).toEqual([6, 4, 8, 8]);
  const [a, b] = [outputs.logits, reference.logits].map((tensor) => tensor && numbersOf(tensor));
  expect(Math.max(...(a ?? []).map((value, i) => Math.abs(value - (b?.[i] ?? 0))))).toBeLessThan(
    1e-5,
  );
});
