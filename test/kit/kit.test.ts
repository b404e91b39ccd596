import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nvidiaSmiStandIn, trtexecStandIn } from '../engines/tensorrt/helpers.ts';
import { rccIn } from '../helpers/cli.ts';
import { shells } from './shells.ts';

const folder = mkdtempSync(join(tmpdir(), "rcc kit's-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A machine without TensorRT: what is packed and collected here needs none. */
const env = { RCC_CACHE_DIR: join(folder, 'cache'), PATH: '/nowhere' };
const rcc = (...argv: readonly string[]) => rccIn({ env }, ...argv);
const spec = 'examples/digits/digits.rn';
const options = ['--fp16', '--batches', '1,2', '--iterations', '40', '--duration', '0'];
const kit = join(folder, 'kit');

const pack = (directory: string, ...more: readonly string[]) =>
  rcc('pack', spec, ...options, '--gpu', 't4', ...more, '-o', directory);

interface Started {
  readonly process: ChildProcess;
  readonly attempt: string;
  readonly exit: Promise<number | null>;
}

let count = 0;

/** Starts run.sh as a farm does: in a folder of its own. */
function start(
  settings: Readonly<Record<string, string>> = {},
  shell = ['sh'],
  from = kit,
): Started {
  const attempt = join(folder, 'attempts', String(++count));
  const [program = 'sh', ...first] = shell;
  const process_ = spawn(program, [...first, join(from, 'run.sh'), attempt], {
    env: {
      PATH: process.env.PATH ?? '',
      TRTEXEC: trtexecStandIn,
      NVIDIA_SMI: nvidiaSmiStandIn,
      RCC_CLOCKS: 'none',
      ...settings,
    },
    stdio: 'ignore',
  });
  const exit = once(process_, 'exit').then(([code]) => code as number | null);
  return { process: process_, attempt, exit };
}

/** Runs run.sh to its end. */
async function finish(...given: Parameters<typeof start>) {
  const { attempt, exit } = start(...given);
  const code = await exit;
  const path = join(attempt, 'exit.json');
  return {
    attempt,
    code,
    told: existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined,
  };
}

async function collect(attempt: string, from = kit) {
  const output = join(folder, 'collected', String(count));
  const outcome = await rcc('collect', attempt, '--kit', from, '-o', output, '--json');
  const { result, diagnostics } = JSON.parse(outcome.stdout);
  const codes: string[] = diagnostics.map(({ code }: { code: string }) => code);
  return { ...result[0], codes, exitCode: outcome.exitCode, output, diagnostics };
}

const withoutStandIn = (codes: readonly string[]) =>
  codes.filter((code) => code !== 'attempt-stand-in');

async function until(isTrue: () => boolean): Promise<void> {
  const endMs = Date.now() + 60_000;
  while (!isTrue()) {
    if (Date.now() > endMs) throw new Error('it did not come to that');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const stepsOf = (attempt: string): string => {
  const path = join(attempt, 'steps.txt');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
};

beforeAll(async () => {
  const { exitCode, stderr } = await pack(kit);
  expect(exitCode, stderr).toBe(0);
}, 60_000);

describe.each(shells)('under %s', (_, shell) => {
  it.each(['9.1', '10.4', '11.1'])('is built, run and timed by TensorRT %s', async (release) => {
    const { code, attempt, told } = await finish({ STAND_IN_RELEASE: release }, [...shell]);
    expect([code, told.state, told.timed]).toEqual([0, 'done', [1, 2]]);
    const found = await collect(attempt);
    expect(found).toMatchObject({ exitCode: 0, state: 'done', isStandIn: true, missing: [] });
    expect(found.codes).toEqual(['attempt-stand-in']);
    expect(found.measurements.map(({ batch }: { batch: number }) => batch)).toEqual([1, 2]);
    expect(found.measurements[0]).toMatchObject({
      stable: true,
      device: { name: 'Tesla T4 (stand-in)', details: { driver: '550.54.15' } },
      provenance: { standIn: true, kitKey: expect.any(String), node: expect.any(String) },
      state: 'done',
    });
  }, 60_000);
});

it('comes back as an artifact like any other', async () => {
  const { attempt } = await finish();
  const { output } = await collect(attempt);
  const names = readdirSync(output);
  for (const name of [
    'model.onnx',
    'model.b2.plan',
    'layers.b1.json',
    'timing.json',
    'bench.json',
  ]) {
    expect(names).toContain(name);
  }
  const machine = {
    ...env,
    TRTEXEC: trtexecStandIn,
    NVIDIA_SMI: nvidiaSmiStandIn,
    PATH: process.env.PATH ?? '',
  };
  const checked = await rccIn({ env: machine }, 'check-engine', output);
  expect(checked.exitCode, checked.stdout + checked.stderr).toBe(0);
  const report = await rcc('compare', join(output, 'bench.json'), join(output, 'timing.json'));
  // Both are a stand-in's: read, shown, and not judged by.
  expect(report.exitCode, report.stderr).toBe(2);
  expect(report.stderr).toContain('nothing-judged');
}, 60_000);

it('takes the engines of another attempt, unless they were changed or are of another machine', async () => {
  const first = await finish({ STAND_IN_RELEASE: '10.7' });
  const built = (attempt: string) => readFileSync(join(attempt, 'trtexec-build.b1.log'), 'utf8');
  writeFileSync(join(folder, 'commands'), '');
  const again = await finish({
    STAND_IN_RELEASE: '10.7',
    STAND_IN_COMMANDS: join(folder, 'commands'),
  });
  expect(again.code).toBe(0);
  expect(readFileSync(join(folder, 'commands'), 'utf8')).not.toContain('--saveEngine');
  expect(built(again.attempt)).toBe(built(first.attempt));
  appendFileSync(join(first.attempt, 'model.b2.plan'), 'x');
  const third = await finish({
    STAND_IN_RELEASE: '10.7',
    STAND_IN_COMMANDS: join(folder, 'commands'),
  });
  expect(third.code).toBe(0);
  const saved = readFileSync(join(folder, 'commands'), 'utf8').match(
    /saveEngine=[^"]*?model\.b\d/g,
  );
  expect(saved?.map((text) => text.slice(-1))).toEqual(['2']);
}, 60_000);

describe('an attempt that did not end well', () => {
  it('is ended by SIGTERM: what was timed is kept', async () => {
    const started = start({ STAND_IN_DELAY_MS: '3000', STAND_IN_RELEASE: '10.8' });
    await until(() => stepsOf(started.attempt).includes('time 1 0'));
    started.process.kill('SIGTERM');
    expect(await started.exit).toBe(143);
    const found = await collect(started.attempt);
    expect(found).toMatchObject({ state: 'timeout', missing: [2], exitCode: 4 });
    expect(found.measurements).toMatchObject([{ batch: 1, state: 'partial' }]);
    expect(found.measurements).toHaveLength(1);
  }, 60_000);

  it('is killed: it is lost, and what was timed is kept', async () => {
    const started = start({ STAND_IN_DELAY_MS: '1500', STAND_IN_RELEASE: '10.9' });
    await until(() => stepsOf(started.attempt).includes('time 1 0'));
    started.process.kill('SIGKILL');
    await started.exit;
    const found = await collect(started.attempt);
    expect(existsSync(join(started.attempt, 'exit.json'))).toBe(false);
    expect(found).toMatchObject({ state: 'lost', missing: [2], exitCode: 4 });
  }, 60_000);

  it.each([
    ['out-of-memory', 'tensorrt-out-of-memory'],
    ['unheard', 'trtexec-failed'],
    ['crash', 'trtexec-killed'],
  ])(
    'fails as trtexec says: %s',
    async (failure, code) => {
      const { code: status, attempt } = await finish({
        STAND_IN_FAILURE: failure,
        STAND_IN_RELEASE: '10.10',
      });
      const found = await collect(attempt);
      expect(status).toBe(1);
      expect(found).toMatchObject({ state: 'failed', exitCode: 4, missing: [1, 2] });
      expect(withoutStandIn(found.codes)).toEqual([code, 'attempt-failed']);
    },
    60_000,
  );

  it.each([
    ['gpu-other', { STAND_IN_GPU: 'v100' }],
    ['release-other', { STAND_IN_RELEASE: '8.6' }],
    ['trtexec-missing', { TRTEXEC: '/nowhere/trtexec' }],
    ['trtexec-silent', { TRTEXEC: '/bin/true' }],
  ])(
    'is refused before anything is built: %s',
    async (reason, settings) => {
      const { code, told, attempt } = await finish(settings);
      expect([code, told.state, told.reason]).toEqual([1, 'failed', reason]);
      expect(stepsOf(attempt)).toBe('');
      expect(withoutStandIn((await collect(attempt)).codes)).toEqual(['attempt-failed']);
    },
    60_000,
  );

  it('is unstable on a GPU that is throttled or shared', async () => {
    const throttled = await finish({ STAND_IN_THROTTLE: '0x40' });
    expect(await collect(throttled.attempt)).toMatchObject({ state: 'unstable', exitCode: 1 });
    const shared = await finish({ STAND_IN_PROCESSES: '2' });
    const found = await collect(shared.attempt);
    expect(found).toMatchObject({ state: 'unstable', exitCode: 1 });
    expect(found.measurements[0]).toMatchObject({ stable: false, state: 'unstable' });
    const noisy = await finish({ STAND_IN_JITTER: '0.2' });
    expect(await collect(noisy.attempt)).toMatchObject({ state: 'unstable' });
  }, 60_000);

  it('without nvidia-smi it is done, and its figures are not called stable', async () => {
    const { attempt } = await finish({ NVIDIA_SMI: '/nowhere/nvidia-smi' });
    const found = await collect(attempt);
    expect(found).toMatchObject({ state: 'done', exitCode: 0 });
    expect(found.measurements[0].stable).toBe(false);
  }, 60_000);

  it('that cannot write its files fails, and tells so', async () => {
    const limited = ['sh', '-c', 'ulimit -f 200; exec sh "$0" "$@"'];
    const { code, attempt } = await finish({ STAND_IN_RELEASE: '10.11' }, limited);
    expect(code).toBe(1);
    expect(await collect(attempt)).toMatchObject({ state: 'failed', exitCode: 4 });
  }, 60_000);

  it('computes something else: it is withheld', async () => {
    const { attempt } = await finish();
    const path = join(attempt, 'output.b2.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace(/\[ (-?[\d.]+)/, '[ 99'));
    const found = await collect(attempt);
    expect(found.codes).toContain('verification-failed');
    expect(found.directory).toBeUndefined();
    expect(found.exitCode).not.toBe(0);
  }, 60_000);
});

it('writes into a new folder only', async () => {
  const { attempt } = await finish();
  const { process: second } = { process: spawn('sh', [join(kit, 'run.sh'), attempt]) };
  const [code] = await once(second, 'exit');
  expect(code).toBe(2);
}, 60_000);

it('locks the clocks where that is allowed, and releases them when it is killed', async () => {
  const clocks = join(folder, 'clocks');
  const settings = { RCC_CLOCKS: 'auto', STAND_IN_CLOCKS: clocks, STAND_IN_RELEASE: '10.12' };
  await finish(settings);
  const lines = () => readFileSync(clocks, 'utf8').trim().split('\n');
  expect(lines()).toEqual(['-i 0 -lgc 1590,1590', '-i 0 -rgc']);
  const started = start({ ...settings, STAND_IN_DELAY_MS: '3000', STAND_IN_RELEASE: '10.13' });
  await until(() => lines().length === 3);
  started.process.kill('SIGKILL');
  await until(() => lines().length === 4);
  expect(lines().at(-1)).toBe('-i 0 -rgc');
}, 90_000);

it('releases the clocks also when it is killed in the moment in which they were locked', async () => {
  const clocks = join(folder, 'clocks of a moment');
  const smi = join(folder, 'nvidia-smi of a moment');
  const kill = `case "$*" in *-lgc*) kill -KILL "$PPID" ;; esac`;
  writeFileSync(smi, `#!/bin/sh\n'${nvidiaSmiStandIn}' "$@"\n${kill}\n`, { mode: 0o755 });
  await start({ RCC_CLOCKS: 'auto', STAND_IN_CLOCKS: clocks, NVIDIA_SMI: smi }).exit;
  await until(() => readFileSync(clocks, 'utf8').includes('-rgc'));
  expect(readFileSync(clocks, 'utf8')).toBe('-i 0 -lgc 1590,1590\n-i 0 -rgc\n');
}, 90_000);

describe('a kit that was changed', () => {
  const changed = join(folder, 'changed');
  beforeAll(() => {
    cpSync(kit, changed, { recursive: true });
    appendFileSync(join(changed, 'expect-logits.bin'), 'x');
  });

  it('does not run', async () => {
    const { code, told } = await finish({}, ['sh'], changed);
    expect([code, told.reason]).toEqual([1, 'kit-changed']);
  });

  it('is not collected, nor is an attempt of another kit', async () => {
    const { attempt } = await finish();
    const outcome = await rcc('collect', attempt, '--kit', changed);
    expect(outcome.stderr).toContain('kit-changed');
    expect(outcome.stderr).toContain('expect-logits.bin');
    const other = join(folder, 'other');
    await pack(other, '--streams', '2');
    const foreign = await rcc('collect', attempt, '--kit', other);
    expect(foreign.stderr).toContain('kit-other');
    expect(foreign.exitCode).toBe(2);
  }, 60_000);
});

describe('what a user may have forgotten', () => {
  it('to name the GPU', async () => {
    const { stderr, exitCode } = await rcc('pack', spec, '-o', join(folder, 'none'));
    expect(stderr).toContain('kit-needs-gpu');
    expect(exitCode).toBe(2);
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  it('to run the kit, or which folder it is', async () => {
    const fresh = join(folder, 'fresh');
    await pack(fresh, '--trt', '8.6');
    expect((await rcc('collect', fresh)).stderr).toContain('kit-not-run');
    mkdirSync(join(folder, 'empty'));
    expect((await rcc('collect', join(folder, 'empty'))).stderr).toContain('kit-not-found');
  }, 60_000);

  it('that a GPU has no such precision or a release does not have the GPU', async () => {
    const { stderr } = await rcc(
      'pack',
      spec,
      '--fp32',
      '--gpu',
      'v100',
      '--trt',
      '11.1',
      '-o',
      join(folder, 'v'),
    );
    expect(stderr).toContain('tensorrt-gpu-dropped');
  });
});
