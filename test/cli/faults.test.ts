import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { on } from 'node:events';
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
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../engines/engine.ts';
import { createOnnxruntimeEngine } from '../../engines/onnxruntime/engine.ts';
import { compileSpec } from '../../src/compile/compile.ts';
import { firstImpression } from '../../src/compile/model-options.ts';
import { loadSpecFiles } from '../../src/compile/spec-files.ts';
import { fail } from '../../src/diagnostics/diagnostic.ts';
import { bundledCli } from '../helpers/bundle.ts';
import { embedded, onnxAlone } from '../helpers/targets.ts';

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

/** Waits until a program has said so on stderr. */
async function told(child: ChildProcess, words: RegExp): Promise<void> {
  let text = '';
  for await (const [chunk] of on(child.stderr as Readable, 'data')) {
    text += chunk;
    if (words.test(text)) return;
  }
}

const sha256 = (path: string): string =>
  createHash('sha256').update(readFileSync(path)).digest('hex');

/** All files of a folder by name, with their digests; what is not whole yet has none. */
function contentOf(directory: string): Readonly<Record<string, string>> {
  const entries = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    entries.map(({ name }) => [name, sha256(join(directory, name))] as const).toSorted(),
  );
}

/** What an engine, a timing or a build of another target leave. */
const leftovers = {
  'model.ort.onnx': 'engine',
  'model.b4.plan': 'engine',
  'timing.json': '{}',
  'calibration.json': '{}',
  'layers.b4.json': '[]',
  'trtexec-build.b4.log': 'log',
};
const own = { 'notes.txt': 'mine', 'bench.json': '{}' };

function fill(directory: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
}

describe('a compile that is ended', () => {
  const compile = (directory: string) =>
    start('compile', 'specs/resnet18.rn', '--target', 'onnx', '-o', directory);
  const whole = join(folder, 'whole');
  let wholeMs = 0;

  beforeAll(async () => {
    const startedAt = performance.now();
    expect((await compile(whole).ended).exitCode).toBe(0);
    wholeMs = performance.now() - startedAt;
    expect(Object.keys(contentOf(whole))).toEqual(['layers.json', 'manifest.json', 'model.onnx']);
  }, 60_000);

  it('by SIGKILL at any moment leaves the earlier artifact or the new one, and the next run cleans up', async () => {
    const directory = join(folder, 'killed');
    const earlier = { ...leftovers, ...own, 'model.onnx': 'old', 'manifest.json': '{}' };
    for (const share of [0.15, 0.3, 0.45, 0.6, 0.75, 0.9]) {
      rmSync(directory, { recursive: true, force: true });
      fill(directory, earlier);
      const before = contentOf(directory);
      const { child, ended } = compile(directory);
      await sleep(wholeMs * share);
      child.kill('SIGKILL');
      await ended;
      const after = contentOf(directory);
      const isDone = after['model.onnx'] !== before['model.onnx'];
      const made = {
        ...contentOf(whole),
        'notes.txt': before['notes.txt'],
        'bench.json': before['bench.json'],
      };
      expect(after).toEqual(isDone ? made : before);
    }
    expect((await compile(directory).ended).exitCode).toBe(0);
    expect(readdirSync(directory).sort()).toEqual(
      [...readdirSync(whole), ...Object.keys(own)].sort(),
    );
    expect(contentOf(directory)).toMatchObject(contentOf(whole));
  }, 120_000);

  it.each([
    'SIGINT',
    'SIGTERM',
  ] as const)('by %s says so, exits with 130 and leaves everything as it was', async (signal) => {
    const directory = join(folder, `interrupted by ${signal}`);
    const { child, ended } = compile(directory);
    await told(child, /^ {2}passes /m);
    child.kill(signal);
    const { exitCode, stderr } = await ended;
    // On a slow one the time for an orderly end may be over: then it dies of the signal.
    expect([130, null]).toContain(exitCode);
    expect(stderr).toContain('Interrupted');
    expect(existsSync(directory)).toBe(false);
  }, 60_000);
});

async function smallModel() {
  const [spec] = (await loadSpecFiles([smallSpec])).specs;
  if (!spec) throw new Error('the fixture has no spec');
  return spec;
}

describe('a folder with an earlier artifact', () => {
  const directory = join(folder, 'earlier');
  const earlier = { ...leftovers, ...own, 'model.onnx': 'old', 'manifest.json': '{}' };
  const onEngine = (changes: Partial<Engine>): Engine => ({
    ...createOnnxruntimeEngine({ threads: 1 }),
    ...changes,
  });
  beforeEach(() => {
    rmSync(directory, { recursive: true, force: true });
    fill(directory, earlier);
  });

  it('keeps nothing of it beside a new one but what others put there', async () => {
    const target = await onnxAlone('fp32');
    const { directory: made } = await compileSpec(await smallModel(), { target, directory });
    expect(made).toBe(directory);
    const names = ['layers.json', 'manifest.json', 'model.onnx', ...Object.keys(own)];
    expect(readdirSync(directory).sort()).toEqual(names.sort());
    expect(readFileSync(join(directory, 'notes.txt'), 'utf8')).toBe('mine');
  });

  it.each<[string, Partial<Engine>]>([
    [
      'is not built',
      {
        build: ({ modelPath: path }) =>
          fail('engine-build-failed', { engine: 'x', path, reason: 'no' }),
      },
    ],
    [
      'has no place',
      { build: ({ directory: path }) => fail('file-unwritable', { path, reason: 'it is full' }) },
    ],
    [
      'does not run',
      { run: async (path) => fail('engine-run-failed', { engine: 'x', path, reason: 'no' }) },
    ],
    [
      'cannot be timed',
      { measure: async (path) => fail('engine-run-failed', { engine: 'x', path, reason: 'no' }) },
    ],
    ['meets a bug', { build: () => Promise.reject(new TypeError('a bug')) }],
  ])('is as it was where the new engine %s', async (_, changes) => {
    const before = contentOf(directory);
    const compiling = compileSpec(await smallModel(), {
      target: await embedded('fp32', onEngine(changes)),
      directory,
      batches: [1],
      timing: firstImpression,
    });
    const error = await compiling.then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error?.message).toBeTruthy();
    // Where it was made is nothing that a user has heard of.
    expect(error?.message).not.toContain('.partial');
    expect(contentOf(directory)).toEqual(before);
    expect(readdirSync(directory).sort()).toEqual(Object.keys(earlier).sort());
  });

  it('is as it was where the new engine computes something else, which is an error', async () => {
    const before = contentOf(directory);
    const { run } = onEngine({});
    const engine = onEngine({
      async run(path, inputs) {
        const { logits, ...others } = await run(path, inputs);
        if (!logits) throw new Error('no logits');
        const zeros = new Uint8Array(logits.bytes.length);
        return { ...others, logits: { ...logits, bytes: zeros } };
      },
    });
    const target = await embedded('fp32', engine);
    const timed = { target, directory, batches: [1], timing: firstImpression };
    const compilation = await compileSpec(await smallModel(), timed);
    expect(compilation.verdict?.ok).toBe(false);
    expect(compilation.directory).toBeUndefined();
    expect(compilation.measurements).toEqual([]);
    expect(compilation.diagnostics.map(({ code }) => code)).toEqual([
      'verification-failed',
      'artifact-withheld',
    ]);
    expect(contentOf(directory)).toEqual(before);
    const unjudged = await compileSpec(await smallModel(), { ...timed, verify: false });
    expect(unjudged.directory).toBe(directory);
  });
});

describe('a compile that cannot write', () => {
  it('says why and exits with 4', async () => {
    const { exitCode, stderr } = await start(
      ...['compile', 'specs/resnet18.rn', '--target', 'onnx', '-o', '/dev/null/artifact'],
    ).ended;
    expect(exitCode).toBe(4);
    expect(stderr).toContain('file-unwritable');
  }, 60_000);

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
    const directory = join(folder, 'changed');
    const compiling = compileSpec(await smallModel(), {
      target: await onnxAlone('fp32'),
      directory,
      weights,
      listener: { onFinish: (phase) => phase === 'passes' && appendFileSync(weights, 'more') },
    });
    await expect(compiling).rejects.toThrow(/weights-changed/);
    expect(existsSync(directory)).toBe(false);
  });
});
