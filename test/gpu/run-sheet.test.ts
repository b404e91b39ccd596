import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir, hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { writtenPrecisions } from '../../codegen/precisions.ts';
import { supportedReleases } from '../../engines/tensorrt/planning/release.ts';
import { orderOf } from '../../engines/tensorrt/planning/release-order.ts';
import { nvidiaSmiStandIn, trtexecStandIn } from '../engines/tensorrt/helpers.ts';
import { reasonAgainst } from './machine-facts.ts';
import { reportMarkdown, type SheetReport } from './report.ts';
import { rows } from './rows.ts';
import { placeInStandIn } from './run-sheet.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-run-sheet-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const env = {
  ...process.env,
  TRTEXEC: trtexecStandIn,
  NVIDIA_SMI: nvidiaSmiStandIn,
  STAND_IN_RELEASE: '10.4',
};
const sheet = (...args: readonly string[]) => ['--import', 'tsx', 'test/gpu/main.ts', ...args];

const reportIn = (output: string): SheetReport =>
  JSON.parse(readFileSync(join(output, 'report.json'), 'utf8'));

/** Every text that a sheet wrote. */
function textsIn(output: string): string {
  const names = readdirSync(output, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  return files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')).join('\n');
}

async function run(output: string, only: string, more: NodeJS.ProcessEnv = {}) {
  const args = sheet('-o', output, '--only', only);
  const done = promisify(execFile)(process.execPath, args, { env: { ...env, ...more } });
  return await done.then(
    () => 0,
    ({ code }: { code: number }) => code,
  );
}

describe('the run sheet on the stand-in', () => {
  test('agrees, and says that it was no GPU', async () => {
    const output = join(folder, 'agrees');
    const only = 'doctor,help,fp16-build,fp16-audit,damaged-engine,wrong-option,missing-library';
    expect(await run(output, only)).toBe(0);
    const report = reportIn(output);
    expect(report).toMatchObject({ isStandIn: true, ended: 'complete' });
    const states = new Map(report.rows.map(({ name, state }) => [name, state]));
    expect([...states.values()].every((state) => state === 'agrees')).toBe(true);
    expect([...states.keys()]).toEqual(expect.arrayContaining(only.split(',')));
    // What a row needs is run before it.
    expect(states.get('fp32-build')).toBe('agrees');
    expect(report.timings.map(({ precision, batch }) => `${precision} ${batch}`)).toContain(
      'fp16 4',
    );
    const page = readFileSync(join(output, 'report.md'), 'utf8');
    expect(page).toContain('this says nothing of any GPU, and its times are no measurements.');
    expect(page).toContain('These times are invented by the stand-in');
    const texts = textsIn(output);
    for (const name of [`${homedir()}/`, `${process.cwd()}/`, `${tmpdir()}/`, 'GPU-0000']) {
      expect(texts).not.toContain(name);
    }
    expect(texts).not.toMatch(new RegExp(`\\b${hostname()}\\b`));
    expect(existsSync(join(output, 'logs', 'fp16-build', 'layers.b1.json'))).toBe(true);
  }, 300_000);

  test('agrees in FP8 on a GPU that computes it, with every row of the precision', async () => {
    const output = join(folder, 'fp8');
    expect(await run(output, 'fp8,int8-rest-fp32', { STAND_IN_GPU: 'l4' })).toBe(0);
    const states = reportIn(output).rows.map(({ name, state }) => `${name} ${state}`);
    expect(states).toEqual([
      'fp8-plan agrees',
      'fp8-build agrees',
      'fp8-audit agrees',
      'fp8-reference agrees',
      'fp8-bench agrees',
      'fp8-check-engine agrees',
      'fp8-refused not run',
      'int8-rest-fp32 agrees',
    ]);
  }, 300_000);

  test('agrees that FP8 is refused elsewhere', async () => {
    const output = join(folder, 'fp8-refused');
    expect(await run(output, 'fp8-refused', { STAND_IN_GPU: 'a100' })).toBe(0);
    expect(reportIn(output).rows.map(({ state }) => state)).toEqual(['agrees']);
  }, 120_000);

  test('a row that differs stops no other, and is shown with what was found', async () => {
    const output = join(folder, 'differs');
    const only = 'fp16-build,help';
    expect(await run(output, only, { STAND_IN_FAILURE: 'out-of-memory' })).toBe(1);
    const states = reportIn(output).rows.map(({ name, state }) => [name, state]);
    expect(states).toEqual([
      ['help', 'agrees'],
      ['fp16-build', 'differs'],
    ]);
    const page = readFileSync(join(output, 'report.md'), 'utf8');
    expect(page).toContain('### fp16-build');
    expect(page).toMatch(/expected: exit status 0\n {2}found: 4: .*memory/);
    expect(page).toMatch(/Believed in test\/stand-in\/build-step\.ts:\d+/);
  }, 300_000);

  test('interrupted, it writes what it has', async () => {
    const output = join(folder, 'interrupted');
    const args = sheet('-o', output, '--only', 'help,fp16-build,fp16-audit');
    const child = spawn(process.execPath, args, { env: { ...env, STAND_IN_DELAY_MS: '60000' } });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    // The first row is told when it is done; the second then builds for a minute.
    await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    const report = reportIn(output);
    expect(report.ended).toBe('interrupted');
    expect(report.rows.map(({ name, state, reason }) => [name, state, reason])).toEqual([
      ['help', 'agrees', undefined],
      ['fp16-build', 'not run', 'interrupted'],
      ['fp16-audit', 'not run', 'interrupted'],
    ]);
    expect(readFileSync(join(output, 'report.md'), 'utf8')).toContain('Not complete (interrupted)');
  }, 120_000);
});

const factsWith = (computeCapability: string) => ({
  tensorrt: '',
  gpu: '',
  computeCapability,
  os: '',
  node: '',
  isPlain: true,
});

test('a row that runs when the time is over is stopped, and says nothing', async () => {
  const output = join(folder, 'late');
  const args = sheet('-o', output, '--only', 'help,fp16-build,fp16-audit', '--minutes', '0.15');
  const slow = { env: { ...env, STAND_IN_DELAY_MS: '240000' }, timeout: 110_000 };
  await promisify(execFile)(process.execPath, args, slow);
  const report = reportIn(output);
  expect(report.ended).toBe('the time was over');
  const states = report.rows.map(({ name, state, reason }) => [name, state, reason]);
  expect(states.slice(1)).toEqual([
    ['fp16-build', 'not run', 'the time was over'],
    ['fp16-audit', 'not run', 'the time was over'],
  ]);
}, 120_000);

describe('its rows', () => {
  test.each(
    writtenPrecisions,
  )('build %s of a digit and of a whole network somewhere', (precision) => {
    const names = rows.map(({ name }) => name);
    const wanted = ['plan', 'build', 'audit', 'reference', 'bench', 'check-engine'];
    expect(names).toEqual(expect.arrayContaining(wanted.map((kind) => `${precision}-${kind}`)));
    expect(names).toContain(`resnet50_vd-${precision}`);
  });

  test.each(
    supportedReleases.filter((release) => orderOf(release) >= orderOf('8.6.0')),
  )('one of them asks TensorRT %s for its words of a missing cache', (release) => {
    const asking = rows.filter(
      (row) =>
        row.name.startsWith('cache-words') &&
        !reasonAgainst(row, factsWith('7.5'), orderOf(release)),
    );
    expect(asking).toHaveLength(1);
  });

  test('have names of their own, and a place of the stand-in that is there', () => {
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
    for (const { standIn } of rows)
      expect(placeInStandIn(standIn)).toMatch(/^test\/stand-in\/[\w-]+\.ts:\d+$/);
  });

  test('need what an earlier row leaves', () => {
    rows.forEach(({ needs }, at) => {
      if (needs === undefined) return;
      const [from = ''] = needs.split('/');
      const earlier = rows.slice(0, at);
      const isLeft = earlier.some(
        ({ name, args }) => name === from || args.includes(`{work}/${from}`),
      );
      expect([needs, isLeft]).toEqual([needs, true]);
    });
  });

  test('all say something on some release that rcc drives, and most on each', () => {
    const onEach = supportedReleases.map(
      (release) =>
        rows.filter((row) => !reasonAgainst(row, factsWith('7.5'), orderOf(release))).length,
    );
    expect(Math.min(...onEach)).toBeGreaterThan(30);
    const never = rows.filter((row) =>
      ['7.0', '8.9'].every((computeCapability) =>
        supportedReleases.every((release) =>
          reasonAgainst(row, factsWith(computeCapability), orderOf(release)),
        ),
      ),
    );
    expect(never.map(({ name }) => name)).toEqual([]);
  });
});

test('a report keeps its tables whole whatever a row prints', () => {
  const row = { name: 'r', group: 'g', what: 'a | b', command: 'c', standIn: 's:1' } as const;
  const machine = {
    tensorrt: '10.4.0',
    gpu: 'T4',
    computeCapability: '7.5',
    os: 'linux-x64',
    node: 'v20',
    isPlain: true,
  };
  const page = reportMarkdown({
    rcc: '1',
    machine,
    isStandIn: false,
    ended: 'complete',
    rows: [{ ...row, state: 'agrees', seconds: 1, expectations: [] }],
    timings: [],
  });
  expect(page).toContain('| g | r | a \\| b | agrees | 1 |');
  expect(page).not.toContain('stand-in of rcc');
});
