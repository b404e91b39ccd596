import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nvidiaSmiStandIn, pretend, trtexecStandIn } from '../engines/tensorrt/helpers.ts';
import { type CliOutcome, rccIn } from '../helpers/cli.ts';

const spec = 'examples/digits/digits.rn';
const fp16 = ['--fp16', '--target', 'tensorrt', '--batch', '2'];

let folder = '';
let artifacts = 0;
beforeEach(() => {
  artifacts = 0;
  folder = mkdtempSync(join(tmpdir(), 'rcc-cli-engine-cache-'));
  pretend({ RELEASE: '10.4', COMMANDS: join(folder, 'commands') });
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const cacheOf = () => join(folder, 'cache', 'engines');
const envOf = (changes: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  RCC_CACHE_DIR: join(folder, 'cache'),
  TRTEXEC: trtexecStandIn,
  NVIDIA_SMI: nvidiaSmiStandIn,
  RCC_ENGINE_CACHE: '',
  ...changes,
});
const rcc = (...argv: readonly string[]): Promise<CliOutcome> => rccIn({ env: envOf() }, ...argv);

const made = () => join(folder, `artifact${artifacts}`);
function compileArguments(options: readonly string[]): readonly string[] {
  artifacts += 1;
  return ['compile', spec, ...options, '--no-time', '--no-verify', '-o', made()];
}
async function compile(...options: readonly string[]): Promise<CliOutcome> {
  const outcome = await rcc(...compileArguments(options));
  expect(outcome.exitCode, outcome.stderr).toBe(0);
  return outcome;
}

/** How many engines were built. */
function builds(): number {
  const path = join(folder, 'commands');
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  return lines.filter((line) => line.includes('--saveEngine')).length;
}

const manifestOf = () => JSON.parse(readFileSync(join(made(), 'manifest.json'), 'utf8'));

/** What a command says, without what differs from run to run and from one rcc to the next. */
function settled(text: string): string {
  return text
    .replaceAll(folder, 'DIR')
    .replaceAll(/\b[0-9a-f]{12}\b/g, 'DIGEST')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d(?: UTC)?/g, 'TIME')
    .replaceAll(/\d+\.\d MiB/g, 'SIZE')
    .replaceAll(/ {2,}/g, '  ');
}

describe('rcc compile', () => {
  it('takes an engine that was built before, says so, and judges it as any', async () => {
    const first = await compile(...fp16);
    expect(first.stderr).not.toContain('taken from the cache');
    const { engineKey: built, ...before } = manifestOf();
    const engine = readFileSync(join(made(), 'model.plan'));
    const second = await compile(...fp16);
    expect(builds()).toBe(1);
    expect(second.stderr).toMatch(
      /engine .* tensorrt: model\.plan, 0\.4 MB, taken from the cache \(built \d{4}-\d\d-\d\d \d\d:\d\d UTC\)/,
    );
    expect(second.stderr).toContain('passed: 24 kernels');
    const { engineKey: taken, ...after } = manifestOf();
    expect(readFileSync(join(made(), 'model.plan'))).toEqual(engine);
    expect(after).toEqual(before);
    expect([built.isTaken, taken]).toEqual([false, { ...built, isTaken: true }]);
    expect(taken.digest).toBe(before.facts.cacheKey);
    expect((await rcc('check-engine', made())).exitCode).toBe(0);
  });

  it.each([
    ['another option', ['--workspace', '512']],
    ['another precision', ['--fp32']],
    ['other weights', ['--weights', 'OTHER']],
    ['another batch', ['--batch', '3']],
  ])('builds for %s', async (_what, options) => {
    await compile(...fp16);
    const other = join(folder, 'other.safetensors');
    const bytes = readFileSync('examples/digits/digits.safetensors');
    bytes[bytes.length - 2] = (bytes.at(-2) ?? 0) ^ 1;
    writeFileSync(other, bytes);
    const base = options[0] === '--fp32' ? fp16.slice(1) : fp16;
    await compile(...base, ...options.map((word) => (word === 'OTHER' ? other : word)));
    expect(builds()).toBe(2);
  });

  it.each([
    ['release', { RELEASE: '10.9' }],
    ['GPU', { GPU: 'v100' }],
  ])('builds for another %s', async (_what, settings) => {
    await compile(...fp16);
    pretend(settings);
    await compile(...fp16);
    expect(builds()).toBe(2);
  });

  it('builds for another epsilon, which no folded graph shows', async () => {
    await compile(...fp16);
    cpSync('examples/digits', join(folder, 'digits'), { recursive: true });
    const path = join(folder, 'digits', 'digits.rn');
    const why = async () => {
      const { stdout } = await rcc('cache', 'why', path, ...fp16, '--json');
      return JSON.parse(stdout).result[0].answer;
    };
    expect(await why()).toMatchObject({ isKept: true });
    writeFileSync(path, readFileSync(path, 'utf8').replace(/\}\s*$/, '  epsilon 0.002\n}\n'));
    const { isKept, nearest } = await why();
    expect(isKept).toBe(false);
    expect(nearest.differences).toMatchObject([{ part: 'graph' }]);
  });

  it('does without: --no-engine-cache, RCC_ENGINE_CACHE=off, an argument that names a file', async () => {
    await compile(...fp16, '--no-engine-cache');
    expect(manifestOf().command).not.toContain('--no-engine-cache');
    const off = envOf({ RCC_ENGINE_CACHE: 'off' });
    expect((await rccIn({ env: off }, ...compileArguments(fp16))).exitCode).toBe(0);
    expect(builds()).toBe(2);
    expect(existsSync(cacheOf())).toBe(false);
    const wrong = await rccIn({ env: envOf({ RCC_ENGINE_CACHE: '5' }) }, ...compileArguments(fp16));
    expect([wrong.exitCode, wrong.stderr]).toEqual([
      2,
      expect.stringContaining("RCC_ENGINE_CACHE is '5': it takes 'off'"),
    ]);
  });

  it('that fails its audit leaves no engine in the cache', async () => {
    pretend({ LAYERS: 'unfused' });
    const failed = await rcc(...compileArguments(fp16));
    expect([failed.exitCode, readdirSync(cacheOf())]).toEqual([1, []]);
    expect(failed.stderr).not.toContain('engine-cache-dropped');
  });

  it('builds where the entry is damaged, and says so', async () => {
    await compile(...fp16);
    const [digest = ''] = readdirSync(cacheOf());
    truncateSync(join(cacheOf(), digest, 'model.plan'), 10);
    const { stderr } = await compile(...fp16);
    expect(stderr).toContain('model.plan is not what was kept');
    expect(builds()).toBe(2);
  });

  it('builds where the cache cannot be written, and says so', async () => {
    writeFileSync(join(folder, 'cache'), 'a file in its place');
    const { stderr } = await compile(...fp16);
    expect(stderr).toContain('[engine-cache-unusable]');
    expect(readdirSync(made())).toContain('model.plan');
  });
});

describe('processes beside each other', () => {
  /** A process of rcc, with what it said when it is over. */
  function start(argv: readonly string[]): ChildProcess & { told(): string } {
    const env = { ...process.env, ...envOf() };
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...argv], { env });
    let text = '';
    child.stderr.on('data', (chunk) => (text += chunk));
    child.stdout.resume();
    return Object.assign(child, { told: () => text });
  }

  it('two that build the same both succeed, and one engine is kept', async () => {
    const children = [start(compileArguments(fp16)), start(compileArguments(fp16))];
    const codes = await Promise.all(children.map((child) => once(child, 'exit')));
    expect(
      codes.map(([code]) => code),
      children.map((child) => child.told()).join(),
    ).toEqual([0, 0]);
    expect(readdirSync(cacheOf())).toHaveLength(1);
    const before = builds();
    await compile(...fp16);
    expect(builds()).toBe(before);
  }, 120_000);

  it('one that is killed while it keeps an engine leaves nothing that the next does not remove', async () => {
    const child = start(compileArguments(fp16));
    const isOver = once(child, 'exit');
    // Dead as soon as anything of it stands in the cache, whole or not.
    while (!existsSync(cacheOf()) || readdirSync(cacheOf()).length === 0) {
      if (child.exitCode !== null) break;
      await sleep(1);
    }
    child.kill('SIGKILL');
    await isOver;
    await compile(...fp16);
    await compile(...fp16);
    expect(readdirSync(cacheOf())).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
    const listed = JSON.parse((await rcc('cache', 'ls', '--json')).stdout).result.engines;
    expect(listed).toMatchObject([{ model: 'digits', builtFor: 'Tesla T4 (stand-in)' }]);
  }, 120_000);
});

describe('rcc cache', () => {
  it('lists, explains and clears', async () => {
    const texts: string[] = [];
    const tell = async (...argv: readonly string[]) => {
      const { stdout, stderr } = await rcc(...argv);
      texts.push(settled(`$ rcc ${argv.join(' ')}\n${stdout}${stderr}`));
    };
    const why = ['cache', 'why', spec, '--target', 'tensorrt', '--batch', '2'];
    await tell('cache', 'ls');
    await tell(...why, '--fp16');
    await compile(...fp16);
    await tell('cache', 'ls');
    await tell(...why, '--fp16');
    await tell('cache', 'why', made());
    await tell(...why, '--fp16', '--workspace', '512');
    await tell(...why, '--int8');
    await tell(...why, '--fp16', '--weights', 'none.pth');
    await tell(...why, '--fp16', '--trtexec-build-arg=--staticPlugins=my.so');
    await tell('cache', 'why', spec, '--target', 'onnxruntime');
    await tell('cache', 'why', spec, '--target', 'onnx');
    pretend({ RELEASE: '10.9' });
    await tell(...why, '--fp16');
    await tell('cache', 'gc');
    await tell('cache', 'gc', '--max-size', '0B', '--dry-run');
    await tell('cache', 'gc', '--max-size', '0B');
    await tell('cache', 'ls');
    await expect(texts.join('\n')).toMatchFileSnapshot('golden/engine-cache.txt');
  });

  it('without a second word tells its commands', async () => {
    const { exitCode, stdout } = await rcc('cache');
    expect([exitCode, stdout]).toEqual([2, expect.stringMatching(/^ {2}why {2,}\S/m)]);
    const unknown = await rcc('cache', 'clear');
    expect([unknown.exitCode, unknown.stderr]).toEqual([2, expect.stringContaining("'clear'")]);
  });

  it.each([
    ['--max-size', '5', 'It is written as 5GiB or 500MB.'],
    ['--older-than', 'long', 'It is written as 30d or 12h.'],
  ])('gc %s %s is refused', async (option, text, reason) => {
    const { exitCode, stderr } = await rcc('cache', 'gc', option, text);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(reason)]);
  });
});
