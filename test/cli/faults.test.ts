import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../engines/engine.ts';
import { createOnnxruntimeEngine } from '../../engines/onnxruntime/engine.ts';
import { compileSpec } from '../../src/compile/compile.ts';
import { loadSpecFiles } from '../../src/compile/spec-files.ts';
import { fail } from '../../src/diagnostics/diagnostic.ts';
import { bundledCli } from '../helpers/bundle.ts';

const smallSpec = 'test/fixtures/weights/neck4_d.rn#neck4_d';
const folder = mkdtempSync(join(tmpdir(), 'rcc-faults-'));
const cli = await bundledCli();
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(dirname(cli), { recursive: true, force: true });
});

interface Ended {
  readonly exitCode: number | null;
  readonly stderr: string;
}

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

const start = (...argv: readonly string[]): Started => startIn({}, ...argv);

function startIn(options: { readonly env?: NodeJS.ProcessEnv }, ...argv: string[]): Started {
  const child = spawn(process.execPath, [cli, ...argv], { ...options, stdio: 'pipe' });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (exitCode) => resolve({ exitCode, stderr }));
  });
  return { child, ended };
}

const sha256 = (path: string): string =>
  createHash('sha256').update(readFileSync(path)).digest('hex');

/** Everything under a final name is whole: the model is what a manifest written after it says. */
function expectWhole(directory: string, digest: string): void {
  const model = join(directory, 'model.onnx');
  if (existsSync(model)) expect(sha256(model)).toBe(digest);
  const manifest = join(directory, 'manifest.json');
  if (existsSync(manifest))
    expect(JSON.parse(readFileSync(manifest, 'utf8')).onnx.digest).toBe(digest);
}

describe('a compile that is ended', () => {
  const compile = (directory: string) =>
    start('compile', 'specs/resnet18.rn', '--target', 'onnx', '-o', directory);
  let digest = '';
  let wholeMs = 0;

  beforeAll(async () => {
    const directory = join(folder, 'whole');
    const startedAt = performance.now();
    expect((await compile(directory).ended).exitCode).toBe(0);
    wholeMs = performance.now() - startedAt;
    digest = sha256(join(directory, 'model.onnx'));
  }, 60_000);

  it('by SIGKILL at any moment leaves nothing half under a final name, and the next run cleans up', async () => {
    const directory = join(folder, 'killed');
    for (const share of [0.15, 0.3, 0.45, 0.6, 0.75, 0.9]) {
      const { child, ended } = compile(directory);
      await sleep(wholeMs * share);
      child.kill('SIGKILL');
      await ended;
      expectWhole(directory, digest);
    }
    expect((await compile(directory).ended).exitCode).toBe(0);
    expectWhole(directory, digest);
    expect(readdirSync(directory).sort()).toEqual(['layers.json', 'manifest.json', 'model.onnx']);
  }, 120_000);

  it.each([
    'SIGINT',
    'SIGTERM',
  ] as const)('by %s says so, exits with 130 and leaves nothing', async (signal) => {
    const directory = join(folder, `interrupted by ${signal}`);
    const { child, ended } = compile(directory);
    await sleep(wholeMs * 0.6);
    child.kill(signal);
    const startedAt = performance.now();
    const { exitCode, stderr } = await ended;
    // A second; the rest is for a machine that does much else.
    expect(performance.now() - startedAt).toBeLessThan(6000);
    // A fast machine may have finished before the signal.
    if (exitCode !== 0) {
      // On a slow one the time for an orderly end may be over: then it dies of the signal.
      expect([130, null]).toContain(exitCode);
      expect(stderr).toContain('Interrupted');
      expect(existsSync(join(directory, 'manifest.json'))).toBe(false);
    }
    if (existsSync(directory)) {
      expect(readdirSync(directory).filter((name) => name.endsWith('.partial'))).toEqual([]);
    }
  }, 60_000);
});

describe('a compile that cannot write', () => {
  it('says why and exits with 4', async () => {
    const { exitCode, stderr } = await start(
      ...['compile', 'specs/resnet18.rn', '--target', 'onnx', '-o', '/dev/null/artifact'],
    ).ended;
    expect(exitCode).toBe(4);
    expect(stderr).toContain('file-unwritable');
  }, 60_000);

  it('its engine leaves nothing, and what was there as it was', async () => {
    const { specs } = await loadSpecFiles([smallSpec]);
    const [spec] = specs;
    if (!spec) throw new Error('the fixture has no spec');
    const full: Engine = {
      ...createOnnxruntimeEngine(),
      build: ({ directory }) => fail('file-unwritable', { path: directory, reason: 'it is full' }),
    };
    const directory = join(folder, 'deep', 'er');
    const compiling = () => compileSpec(spec, { precision: 'fp32', directory, engine: full });
    await expect(compiling()).rejects.toThrow(/file-unwritable/);
    expect(existsSync(join(folder, 'deep'))).toBe(false);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'notes.txt'), 'mine');
    await expect(compiling()).rejects.toThrow(/file-unwritable/);
    expect(readdirSync(directory)).toEqual(['notes.txt']);
  });

  it('its temporary files says so', async () => {
    const tmp = { env: { ...process.env, TMPDIR: join(folder, 'gone') } };
    const { exitCode, stderr } = await startIn(tmp, 'verify', smallSpec, '--quiet').ended;
    expect(exitCode).toBe(4);
    expect(stderr).toContain('file-unwritable');
  }, 60_000);
});

describe('a reader that has seen enough', () => {
  it('is no failure', async () => {
    const { child, ended } = start('inspect', 'specs/resnet200_vd.rn');
    child.stdout?.destroy();
    expect(await ended).toEqual({ exitCode: 0, stderr: '' });
  });
});

describe('weights that change while they are read', () => {
  it('are an error, and no model is written', async () => {
    const weights = join(folder, 'changing.safetensors');
    copyFileSync('test/fixtures/weights/neck4_d.safetensors', weights);
    const { specs } = await loadSpecFiles([smallSpec]);
    const [spec] = specs;
    if (!spec) throw new Error('the fixture has no spec');
    const directory = join(folder, 'changed');
    const compiling = compileSpec(spec, {
      precision: 'fp32',
      directory,
      weights,
      listener: { onFinish: (phase) => phase === 'passes' && appendFileSync(weights, 'more') },
    });
    await expect(compiling).rejects.toThrow(/weights-changed/);
    expect(existsSync(directory)).toBe(false);
  });
});
