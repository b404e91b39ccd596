import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import type { Diagnostic } from '../../../src/diagnostics/diagnostic.ts';
import { renderDiagnostic } from '../../../src/diagnostics/render.ts';
import { bundleScript } from '../../helpers/bundle-script.ts';
import { builtEngine, diagnosticsOf, pretend, standInEngine, trtexecStandIn } from './helpers.ts';

afterEach(() => void vi.unstubAllEnvs());

/** What a user reads for each failure of a build. */
const buildFailures: readonly (readonly [string, string, string, string])[] = [
  [
    'no-gpu',
    '8.6',
    'tensorrt-no-gpu',
    'TensorRT found no GPU: no CUDA-capable device is detected.',
  ],
  [
    'no-gpu',
    '11.1',
    'tensorrt-no-gpu',
    'TensorRT found no GPU: no CUDA-capable device is detected.',
  ],
  [
    'no-devices',
    '9.1',
    'tensorrt-no-gpu',
    'TensorRT found no GPU: no CUDA-capable device is detected.',
  ],
  [
    'plugin-first',
    '8.6',
    'tensorrt-plugin-missing',
    'TensorRT has no operator Det, and no plugin for it.',
  ],
  [
    'driver-too-old',
    '10.4',
    'tensorrt-driver-too-old',
    'The NVIDIA driver is too old for this TensorRT: CUDA driver version is insufficient for CUDA runtime version.',
  ],
  [
    'onnx',
    '8.6',
    'tensorrt-onnx-rejected',
    'TensorRT does not accept the node stage1/block0/conv1 (Conv): Assertion failed: the kernel is not supported.',
  ],
  [
    'onnx-one-line',
    '10.16',
    'tensorrt-onnx-rejected',
    'TensorRT does not accept the node stage1/block0/conv1 (Conv): Assertion failed: the kernel is not supported.',
  ],
  [
    'plugin',
    '10.4',
    'tensorrt-plugin-missing',
    'TensorRT has no operator GridSample3D for the node stage1/block0/conv1, and no plugin for it.',
  ],
  ['unseen-file', '10.4', 'tensorrt-file-unseen', 'trtexec cannot open DIR/model.onnx.'],
  [
    'out-of-memory',
    '8.6',
    'tensorrt-out-of-memory',
    'The GPU ran out of memory: 1459519488 bytes were asked for.',
  ],
  [
    'out-of-memory',
    '11.1',
    'tensorrt-out-of-memory',
    'The GPU ran out of memory: 1459519488 bytes were asked for.',
  ],
  [
    'host-memory',
    '10.4',
    'tensorrt-host-memory',
    'The machine ran out of memory while trtexec ran.',
  ],
  [
    'no-implementation',
    '10.4',
    'tensorrt-no-implementation',
    'TensorRT found no kernel for the layer stage1/block0/conv1 + stage1/block0/add.',
  ],
  [
    'disk-full',
    '10.4',
    'tensorrt-disk-full',
    'The disk is full: trtexec could not write its files.',
  ],
  [
    'unknown-option',
    '10.4',
    'tensorrt-option-rejected',
    'trtexec rejected an option: --profilingVerbosity.',
  ],
  [
    'shapes',
    '10.4',
    'tensorrt-shapes-rejected',
    'trtexec rejected the input shapes: Static model does not take explicit shapes since the shape of inference tensors will be determined by the model itself.',
  ],
  [
    'unheard',
    '10.4',
    'trtexec-failed',
    'trtexec failed (exit status 1) for a reason that rcc does not know.',
  ],
  [
    'silent',
    '10.4',
    'trtexec-failed',
    'trtexec failed (exit status 3) for a reason that rcc does not know.',
  ],
  [
    'missing-library',
    '10.4',
    'trtexec-not-startable',
    'cannot be started: trtexec: error while loading shared libraries: libnvinfer.so.10: cannot open shared object file: No such file or directory.',
  ],
  [
    'unopened-plugins',
    '8.6',
    'tensorrt-library-missing',
    'trtexec starts but cannot open the library libnvinfer_plugin.so.8.',
  ],
  [
    'unopened-library',
    '10.4',
    'tensorrt-library-missing',
    'trtexec starts but cannot open the library libcudart.so.12.',
  ],
  [
    'garbage',
    '10.4',
    'tensorrt-no-engine',
    'trtexec ended without an error but wrote no engine to DIR/model.plan.',
  ],
  [
    'no-engine',
    '10.4',
    'tensorrt-no-engine',
    'trtexec ended without an error but wrote no engine to DIR/model.plan.',
  ],
  [
    'empty-engine',
    '10.4',
    'tensorrt-no-engine',
    'trtexec ended without an error but wrote no engine to DIR/model.plan.',
  ],
  ['half-engine', '10.4', 'trtexec-killed', 'trtexec was ended by SIGKILL.'],
  ['crash', '10.4', 'trtexec-killed', 'trtexec was ended by SIGSEGV.'],
];

const told: string[] = [];

/** Keeps what a user reads, without what differs from run to run: of the lines of two streams the last one is always rcc's own. */
function tell(failure: string, release: string, diagnostic: Diagnostic | undefined): void {
  if (!diagnostic) throw new Error(`${failure} on ${release} was no failure`);
  const details = diagnostic.details?.slice(-1) ?? [];
  const text = renderDiagnostic({ ...diagnostic, details }, { color: false })
    .replaceAll(/\/\S*rcc-tensorrt-[^/\s]*/g, 'DIR')
    .replaceAll(trtexecStandIn, 'trtexec');
  told.push(`# ${failure}, TensorRT ${release}\n${text}\n`);
}

describe('a build that fails leaves no engine', () => {
  test.each(buildFailures)('%s on %s', async (...[failure, release, code, message]) => {
    pretend({ RELEASE: release });
    const span = { file: { path: 'a.rn', text: 'model a {}' }, start: 0, end: 5 };
    const { build, directory } = await standInEngine({ batches: [1] });
    pretend({ FAILURE: failure });
    const locateNode = (node: string) => (node === 'stage1/block0/conv1' ? span : undefined);
    const [diagnostic] = await diagnosticsOf(build({ locateNode }));
    tell(failure, release, diagnostic);
    expect(diagnostic?.code).toBe(code);
    expect(diagnostic?.message.replace(directory, 'DIR')).toContain(message);
    if (message.includes('stage1/block0/conv1')) expect(diagnostic?.span).toBe(span);
    const left = await readdir(directory);
    expect(left.filter((name) => /\.plan$|partial|layers|timing\.cache/.test(name))).toEqual([]);
  });

  test('what was there before stays', async () => {
    const { build, directory } = await standInEngine({ batches: [1] });
    await build();
    const before = readFileSync(join(directory, 'model.plan'));
    pretend({ FAILURE: 'half-engine' });
    await diagnosticsOf(build());
    expect(readFileSync(join(directory, 'model.plan'))).toEqual(before);
  });

  test('a line about memory in a build that goes on is no failure', async () => {
    pretend({ FAILURE: 'harmless-out-of-memory' });
    const { build } = await standInEngine({ batches: [1] });
    await build();
  });
});

describe('an engine that does not run', () => {
  test.each([
    ['plan-version', 'tensorrt-engine-foreign'],
    ['plan-gpu', 'tensorrt-engine-foreign'],
    ['plan-device', 'tensorrt-engine-foreign'],
    ['plan-damaged', 'tensorrt-engine-unreadable'],
    ['inference', 'tensorrt-inference-failed'],
    ['cuda-broken', 'tensorrt-cuda-failure'],
  ])('%s', async (failure, code) => {
    const { engine, path } = await builtEngine();
    pretend({ FAILURE: failure });
    const request = { batch: 1, warmUpMs: 0, durationMs: 0, minIterations: 10 };
    const [diagnostic] = await diagnosticsOf(engine.measure(path, request));
    // What loggers write in front of a text says nothing to a user.
    expect(diagnostic?.message).not.toMatch(/\d: |\[TRT\]|\[E\]|Error\[/);
    tell(failure, '10.4', diagnostic);
    expect(diagnostic?.code).toBe(code);
  });

  test('an engine of another release', async () => {
    const { directory, options, path } = await builtEngine();
    pretend({ RELEASE: '10.9' });
    const later = await standInEngine({ batches: [1] });
    const request = { batch: 1, warmUpMs: 0, durationMs: 0, minIterations: 10 };
    const [diagnostic] = await diagnosticsOf(later.engine.measure(path, request));
    expect(diagnostic?.message.replace(directory, '')).toBe(
      '/model.plan was built by another TensorRT or for another GPU: The engine plan file is not compatible with this version of TensorRT, expecting library version 10.9.0 got 10.4.0, please rebuild.',
    );
    expect(options.machine.release.version).toBe('10.4.0');
  });
});

test('what a user reads for each failure', async () => {
  await expect(told.join('\n')).toMatchFileSnapshot('golden/failures.txt');
});

describe('a build that hangs', () => {
  test('is stopped when its time is over', async () => {
    const { build, directory } = await standInEngine({ batches: [1], timeoutS: 2 });
    pretend({ FAILURE: 'hang' });
    const [diagnostic] = await diagnosticsOf(build());
    expect(diagnostic?.message).toBe("trtexec was stopped after 2 s, in phase 'building'.");
    expect(existsSync(join(directory, 'model.plan'))).toBe(false);
  });

  test('ends with its children when it is cancelled, and leaves no engine', async () => {
    const { build, directory, options } = await standInEngine({ batches: [1] });
    pretend({ FAILURE: 'hang-with-child' });
    const controller = new AbortController();
    const building = build({ signal: controller.signal });
    const log = join(directory, 'trtexec-build.log');
    await vi.waitFor(() => expect(readFileSync(log, 'utf8')).toContain('child '), 10_000);
    const [, child] = /child (\d+)/.exec(readFileSync(log, 'utf8')) ?? [];
    controller.abort(new Error('enough'));
    await expect(building).rejects.toThrow('enough');
    await vi.waitFor(() => expect(existsSync(`/proc/${child}`)).toBe(false), 5000);
    const left = await readdir(directory);
    expect(left.sort()).toEqual(['cache', 'model.onnx', 'trtexec-build.log']);
    expect(await readdir(join(options.cacheDirectory, 'tensorrt'))).toEqual([]);
  });
});

test('two at once build one after the other, and both engines are whole', async () => {
  pretend({ DELAY_MS: '500' });
  const { build, directory } = await standInEngine({ batches: [1] });
  const progress: string[] = [];
  const started = performance.now();
  const report = (text: string) => void progress.push(text);
  const both = await Promise.all([build({ report }), build({ report })]);
  expect(both.map(({ path }) => path)).toEqual(Array(2).fill(join(directory, 'model.plan')));
  expect(progress.join('\n')).toContain('waiting for the GPU: process');
  expect(performance.now() - started).toBeGreaterThan(1000);
});

describe('another process', async () => {
  const script = await bundleScript('tensorrt/build.ts');
  afterAll(() => rm(script.folder, { recursive: true, force: true }));
  const start = (directory: string, failure = 'hang-with-child') => {
    const env = { ...process.env, STAND_IN_FAILURE: failure };
    const standIns = join(trtexecStandIn, '..');
    return spawn(process.execPath, [script.path, directory, standIns], { env });
  };

  test('that builds the same engine at the same time leaves it whole', async () => {
    const { directory, options, engine } = await standInEngine({ batches: [1] });
    const others = [start(directory, ''), start(directory, '')];
    const ended = others.map((other) => new Promise((resolve) => other.once('exit', resolve)));
    expect(await Promise.all(ended)).toEqual([0, 0]);
    const left = (await readdir(directory)).sort();
    expect(left).toEqual(['cache', 'layers.json', 'model.onnx', 'model.plan', 'trtexec-build.log']);
    const cached = await readdir(join(options.cacheDirectory, 'tensorrt'));
    expect(cached.filter((name) => name.includes('.lock'))).toEqual([]);
    const request = { batch: 1, warmUpMs: 0, durationMs: 0, minIterations: 10 };
    const timed = await engine.measure(join(directory, 'model.plan'), request);
    expect(timed.iterations).toBeGreaterThan(0);
  }, 60_000);

  test('that is interrupted ends trtexec and leaves no half engine; its lock is taken over', async () => {
    const { build, directory, options } = await standInEngine({ batches: [1] });
    const other = start(directory);
    const log = join(directory, 'trtexec-build.log');
    await vi.waitFor(() => expect(readFileSync(log, 'utf8')).toContain('child '), 20_000);
    const [, child] = /child (\d+)/.exec(readFileSync(log, 'utf8')) ?? [];
    other.kill('SIGINT');
    const status = await new Promise((resolve) => other.once('exit', resolve));
    expect(status).toBe(130);
    await vi.waitFor(() => expect(existsSync(`/proc/${child}`)).toBe(false), 5000);
    expect((await readdir(directory)).filter((name) => /plan|partial/.test(name))).toEqual([]);
    await build();
    expect(existsSync(join(directory, 'model.plan'))).toBe(true);
    expect(options.intent.batches).toEqual([1]);
  }, 60_000);

  test('that is killed outright loses its lock and its half engine to the next one', async () => {
    const { build, directory } = await standInEngine({ batches: [1] });
    const other = start(directory);
    const log = join(directory, 'trtexec-build.log');
    await vi.waitFor(() => expect(readFileSync(log, 'utf8')).toContain('child '), 20_000);
    const [, child] = /child (\d+)/.exec(readFileSync(log, 'utf8')) ?? [];
    other.kill('SIGKILL');
    await new Promise((resolve) => other.once('exit', resolve));
    expect((await readdir(directory)).some((name) => name.endsWith('.partial'))).toBe(true);
    await sleep(50);
    await build();
    expect((await readdir(directory)).filter((name) => name.endsWith('.partial'))).toEqual([]);
    // A killed process cannot end what it started: that is left to whoever killed it.
    if (child) process.kill(-processGroupOf(child), 'SIGKILL');
  }, 60_000);
});

function processGroupOf(pid: string): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[2]);
}
