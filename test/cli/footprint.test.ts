import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nvidiaSmiStandIn, trtexecStandIn } from '../engines/tensorrt/helpers.ts';
import { bundledCli } from '../helpers/bundle.ts';
import { canTrace, readDeeds, traceInto } from '../helpers/strace.ts';

/*
 * What a command leaves behind: what it is there to write, in the current folder, and nothing in the home folder, the temporary folder or anywhere
 * else; and nothing leaves the machine.
 */
const folder = mkdtempSync(join(tmpdir(), 'rcc-footprint-'));
let cli = '';
beforeAll(async () => {
  cli = await bundledCli();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(dirname(cli), { recursive: true, force: true });
});

const digits = resolve('examples/digits');
const spec = join(digits, 'digits.rn');
const calibrated = ['--int8', '--calibrate', join(digits, 'calibration.zip')];
const engine = ['--target', 'onnxruntime'];
const quick = ['--warm-up', '0', '--duration', '20'];

interface Workplace {
  readonly home: string;
  readonly temporary: string;
  readonly current: string;
}

let count = 0;
function workplace(): Workplace {
  const [home, temporary, current] = ['home', 'tmp', 'current'].map((name) => {
    const path = join(folder, String(count), name);
    mkdirSync(path, { recursive: true });
    return path;
  }) as [string, string, string];
  count++;
  return { home, temporary, current };
}

interface Run {
  readonly home?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly before?: readonly string[];
}

interface Outcome {
  readonly status: number | null;
  readonly stderr: string;
}

function run(
  place: Workplace,
  args: readonly string[],
  { home, env, before = [] }: Run = {},
): Outcome {
  const [command = '', ...rest] = [...before, process.execPath, cli, ...args];
  return spawnSync(command, rest, {
    cwd: place.current,
    env: { PATH: process.env.PATH, HOME: home ?? place.home, TMPDIR: place.temporary, ...env },
    encoding: 'utf8',
  });
}

describe.each([
  ['compile, fp32', ['compile', spec, '--fp32', ...engine, ...quick], ['build']],
  ['compile, fp16', ['compile', spec, '--fp16', ...engine, '--no-time'], ['build']],
  ['compile, int8', ['compile', spec, ...calibrated, ...engine, '--no-time'], ['build']],
  ['compile, no engine', ['compile', spec, '--target', 'onnx', '-o', 'out'], ['out']],
  ['compile, dry', ['compile', spec, '--dry-run', '--trt', '10.4', '--gpu', 't4'], []],
  ['verify', ['verify', spec, '--fp16', ...engine], []],
  ['bench', ['bench', spec, '--fp32', ...engine, ...quick], ['build']],
  ['eval', ['eval', spec, '--data', join(digits, 'test.zip'), ...engine], []],
  ['diagnose', ['diagnose', spec, join(digits, 'four.png'), '--got', '7'], []],
  ['inspect', ['inspect', spec], []],
  ['check', ['check', spec], []],
  ['report', ['report'], ['report']],
  ['estimate', ['estimate', spec, '--gpu', 't4'], []],
  ['doctor', ['doctor', ...engine], []],
  ['init', ['init', join(digits, 'digits.safetensors')], []],
] as const)('%s', (_name, args, leaves) => {
  const place = workplace();
  const trace = join(place.home, '..', 'trace');
  let outcome: Outcome = { status: null, stderr: '' };
  beforeAll(() => {
    outcome = run(place, args, { before: canTrace ? traceInto(trace) : [] });
  }, 120_000);

  it('leaves what it is there to write, and nothing else', () => {
    expect(outcome.status, outcome.stderr).toBe(0);
    expect(readdirSync(place.current)).toEqual(leaves);
    expect(readdirSync(place.home)).toEqual([]);
    expect(readdirSync(place.temporary)).toEqual([]);
  });

  it.skipIf(!canTrace)('opens no socket and changes no other file (needs strace)', () => {
    const { sockets, named, changed } = readDeeds(trace, place.current);
    expect(sockets).toEqual([]);
    expect(named.filter((path) => path.endsWith('/machine-id'))).toEqual([]);
    const own = [place.current, place.temporary, '/dev/null'];
    expect(changed.filter((path) => !own.some((start) => path.startsWith(start)))).toEqual([]);
  });
});

describe('a home folder that cannot be written', () => {
  /** What rcc says of a machine on which something else runs. */
  const unsteady = /^warning: .*\[timing-unstable\]\n(?: {2}.*\n)*\n?/gm;

  it.each([
    ['compile', [spec, '--fp16', ...engine, '--no-time']],
    ['bench', [spec, '--fp32', ...engine, ...quick]],
    ['eval', [spec, '--data', join(digits, 'test.zip'), ...engine]],
  ])(
    'is not spoken of by %s',
    (command, args) => {
      const place = workplace();
      const home = join(place.home, 'a file', 'home');
      writeFileSync(dirname(home), '');
      const { status, stderr } = run(place, [command, ...args, '--quiet'], { home });
      expect(stderr.replace(unsteady, '')).toBe('');
      expect(status).toBe(0);
    },
    60_000,
  );
});

describe('compile on TensorRT', () => {
  it('has a cache of its own, and that is all', () => {
    const place = workplace();
    const env = { TRTEXEC: trtexecStandIn, NVIDIA_SMI: nvidiaSmiStandIn };
    const { status, stderr } = run(place, ['compile', spec, '--target', 'tensorrt', '--no-time'], {
      env,
    });
    expect(status, stderr).toBe(0);
    expect(readdirSync(place.home)).toEqual(['.cache']);
    expect(readdirSync(join(place.home, '.cache'))).toEqual(['rcc']);
    expect(readdirSync(place.temporary)).toEqual([]);
  }, 60_000);
});

describe.skipIf(!canTrace)('the trace (needs strace)', () => {
  it('shows files, folders and sockets, also of threads and children', () => {
    const place = workplace();
    const trace = join(place.home, '..', 'trace');
    const code = `
      const { mkdirSync, renameSync } = require('node:fs');
      mkdirSync('made'); renameSync('made', 'moved');
      require('node:fs/promises').writeFile('written', '').then(() => {
        require('node:child_process').execFileSync('rm', ['written']);
        require('node:net').connect('/nowhere').on('error', () => {});
      });`;
    const [command, ...rest] = [...traceInto(trace), process.execPath, '-e', code];
    spawnSync(command, rest, { cwd: place.current });
    const { sockets, changed } = readDeeds(trace, place.current);
    expect(sockets).toContainEqual(expect.stringMatching(/^connect\(.*\/nowhere/));
    const own = changed.filter((path) => path.startsWith(place.current));
    const names = ['made', 'made', 'moved', 'written', 'written'];
    expect(own).toEqual(names.map((name) => join(place.current, name)));
  });
});
