/* A whole life of OpenVINO engines: built, loaded, audited, timed, checked, classified with, taken from the cache; and what of it stays. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { findLayerLists } from '../../../engines/audit/audit-folder.ts';
import { createOpenvinoEngine } from '../../../engines/openvino/engine.ts';
import { openvinoPackage } from '../../../engines/openvino/package.ts';
import { describeProcessor } from '../../../engines/processor.ts';
import { createSeededInput } from '../../../engines/seeded-input.ts';
import { numbersOf } from '../../../engines/tensor-values.ts';
import { rccIn } from '../../helpers/cli.ts';
import { canTrace } from '../../helpers/strace.ts';
import { isInstalled, precisions, requireInstallation } from './installation.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-openvino-real-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const spec = resolve('examples/digits/digits.rn');
const calibrated = ['--calibrate', resolve('examples/digits/calibration.zip')];
const quick = ['--warm-up', '0', '--duration', '20'];
const target = ['--target', 'openvino', '--threads', '1'];

function rcc(...args: readonly string[]) {
  const { RCC_PYTHON, RCC_CACHE_DIR, XDG_CACHE_HOME, HOME, PATH } = process.env;
  return rccIn({ env: { RCC_PYTHON, RCC_CACHE_DIR, XDG_CACHE_HOME, HOME, PATH } }, ...args);
}

async function compile(name: string, ...args: readonly string[]) {
  const directory = join(folder, name);
  const done = await rcc('compile', spec, ...target, ...quick, '-o', directory, ...args);
  return { directory, ...done };
}

const readManifest = (directory: string) =>
  JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8'));

const readTensor = (path: string) => {
  const { inputs } = JSON.parse(readFileSync(join(path, 'manifest.json'), 'utf8')).onnx;
  const [, ...sizes] = inputs[0].shape;
  return { name: inputs[0].name as string, shape: ['N' as const, ...(sizes as number[])] };
};

describe.skipIf(!isInstalled)('OpenVINO itself (needs rcc doctor --setup openvino)', () => {
  it.each(precisions)('compiles, judges, audits and times a spec in %s', async (precision) => {
    const args = precision === 'int8' ? calibrated : [];
    const done = await compile(`whole-${precision}`, `--${precision}`, ...args, '--batches', '1,4');
    expect(done.exitCode, done.stderr).toBe(0);
    expect(done.stderr).toMatch(/audit .*passed: .* 6 of 6 residual blocks fused/);
    expect(done.stderr).toMatch(/verify .*the engine passed/);
    expect(readdirSync(done.directory).sort()).toEqual(
      [
        ...(precision === 'int8' ? ['calibration.json'] : []),
        ...['labels.txt', 'layers.b1.json', 'layers.b4.json', 'manifest.json', 'model.b1.blob'],
        ...['model.b4.blob', 'model.onnx', 'timing.json'],
      ].sort(),
    );
    const { facts } = readManifest(done.directory);
    expect(facts).toMatchObject({
      runtime: `OpenVINO ${requireInstallation().version}`,
      precisionHint: precision === 'bf16' ? 'bf16' : 'f32',
    });
    const { rows } = JSON.parse(readFileSync(join(done.directory, 'timing.json'), 'utf8'));
    expect(rows).toHaveLength(2);
    for (const row of rows) {
      expect(row).toMatchObject({ target: 'openvino', precision, device: { kind: 'cpu' } });
      expect(row.settings).toMatchObject({
        precisionHint: facts.precisionHint,
        threads: 1,
        performanceHint: 'latency',
      });
    }
    // Layers have their times once the engine was timed.
    for (const { list } of await findLayerLists(done.directory)) {
      expect(list.source).toBe('openvino');
      expect(list.layers.some(({ timeMs = 0 }) => timeMs > 0)).toBe(true);
    }
  }, 60_000);

  it('says what an engine needs, and that it fits', async () => {
    const { directory } = await compile('checked', '--batches', '1');
    const good = await rcc('check-engine', directory);
    expect(good.exitCode, good.stderr).toBe(0);
    expect(good.stdout).toContain('can be used here');
    const manifest = readManifest(directory);
    manifest.facts.runtime = 'OpenVINO 2025.1.0';
    writeFileSync(join(directory, 'manifest.json'), JSON.stringify(manifest));
    const other = await rcc('check-engine', directory);
    expect(other.exitCode).not.toBe(0);
    expect(other.stdout + other.stderr).toContain('OpenVINO 2025.1.0');
  }, 60_000);

  it('answers pictures, with engines of several batches and with one', async () => {
    const { directory } = await compile('classified', '--batches', '1,4', '--no-time');
    const picture = resolve('examples/digits/four.png');
    const told = await rcc('classify', directory, picture);
    expect(told.exitCode, told.stderr).toBe(0);
    expect(told.stdout).toMatch(/four\.png\n +(?:class )?(?:4|four)\b/);
  }, 60_000);

  it('runs any number of pictures in parts, as one engine after another would', async () => {
    const { directory } = await compile('parts', '--batches', '2,4', '--no-time');
    const engine = createOpenvinoEngine({
      installation: requireInstallation(),
      processor: await describeProcessor(),
      precision: 'fp32',
      threads: 1,
      hint: 'latency',
      batches: [2, 4],
      timeoutMs: 60_000,
    });
    const { name, shape } = readTensor(directory);
    const input = createSeededInput({ dataType: 'float32', shape }, 7, 1);
    const loaded = await engine.load(join(directory, 'model.b2.blob'));
    try {
      const all = await loaded.run({ [name]: input });
      const [output] = Object.values(all);
      expect(output?.shape).toEqual([7, 10]);
      const first = createSeededInput({ dataType: 'float32', shape }, 2, 1);
      const [two] = Object.values(await loaded.run({ [name]: first }));
      const numbers = output ? numbersOf(output) : [];
      for (const [i, value] of (two ? numbersOf(two) : []).entries()) {
        expect(numbers[i]).toBeCloseTo(value, 4);
      }
      await expect(loaded.run({ other: input })).rejects.toThrow('engine-input-mismatch');
    } finally {
      await loaded.close();
    }
  }, 60_000);

  it('keeps several calls in flight where throughput is asked for', async () => {
    const args = ['--hint', 'throughput', '--streams', '2', '--threads', '2', '--batches', '1'];
    const done = await compile('throughput', ...args);
    expect(done.exitCode, done.stderr).toBe(0);
    const { rows } = JSON.parse(readFileSync(join(done.directory, 'timing.json'), 'utf8'));
    expect(rows[0].settings).toMatchObject({
      performanceHint: 'throughput',
      streams: 2,
      callsAtOnce: 2,
    });
  }, 60_000);

  it('refuses what is no engine, and one that was cut short', async () => {
    const { directory } = await compile('damaged', '--batches', '1', '--no-time');
    const engine = createOpenvinoEngine({
      installation: requireInstallation(),
      processor: await describeProcessor(),
      precision: 'fp32',
      threads: 1,
      hint: 'latency',
      batches: [1],
      timeoutMs: 60_000,
    });
    const path = join(directory, 'model.blob');
    const bytes = readFileSync(path);
    for (const damaged of [
      Buffer.from('nothing of an engine, but long enough'),
      bytes.subarray(0, bytes.length / 2),
    ]) {
      writeFileSync(path, damaged);
      await expect(engine.load(path)).rejects.toThrow(/openvino-failed.*loading/);
    }
    expect(existsSync(path)).toBe(true);
  }, 60_000);

  it.skipIf(!canTrace)(
    'asks nobody on the network, whatever it loads (needs strace)',
    async () => {
      const { directory } = await compile('traced', '--batches', '1', '--no-time');
      const trace = join(folder, 'trace.txt');
      const script = fileURLToPath(openvinoPackage.script);
      const engine = join(directory, 'model.blob');
      const told = spawnSync(
        'strace',
        [
          ...['-f', '-qq', '-e', 'trace=connect,sendto', '-o', trace],
          ...[requireInstallation().python.path, script, '--serve'],
        ],
        {
          input: `${JSON.stringify({ id: 1, do: 'load', engine, config: {} })}\n`,
          encoding: 'utf8',
        },
      );
      expect(told.stdout).toContain('"event": "answer"');
      expect(readFileSync(trace, 'utf8')).not.toMatch(/AF_INET|AF_UNIX/);
    },
    60_000,
  );
});
