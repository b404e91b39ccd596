import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nvidiaSmiStandIn, trtexecStandIn } from '../../engines/tensorrt/helpers.ts';
import { rccIn } from '../../helpers/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-farm-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const env = {
  PATH: process.env.PATH ?? '',
  TRTEXEC: trtexecStandIn,
  NVIDIA_SMI: nvidiaSmiStandIn,
  RCC_CACHE_DIR: join(folder, 'cache'),
};
const rcc = (...argv: readonly string[]) => rccIn({ env }, 'farm', ...argv);
const spec = 'examples/digits/digits.rn';
const short = ['--batches', '1,2', '--iterations', '40', '--duration', '0'];
const plan = (farm: string, ...more: readonly string[]) =>
  rcc('plan', spec, '--fp32', '--fp16', '--gpu', 't4', ...short, '-o', farm, ...more);

/** What differs from run to run. */
function plain(text: string): string {
  return text
    .replaceAll(folder, '')
    .replaceAll(/\b(?:one|two|clean)-[0-9a-f]{6}/g, 'NAME')
    .replaceAll(/\b[0-9a-f]{12,64}\b/g, 'DIGEST')
    .replaceAll(/[\w-]+_(\d+)\.0\b/g, 'TASK_$1.0')
    .replaceAll(/^ {2}judge.*\n/gm, '');
}

async function settled(farm: string, ...more: readonly string[]) {
  const end = Date.now() + 120_000;
  for (;;) {
    const found = await rcc('status', farm, ...more);
    const { exitCode, stdout } = found;
    if (exitCode !== 5 || !/ (?:running|queued)/.test(stdout)) return found;
    if (Date.now() > end) throw new Error(stdout);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const statusOf = async (farm: string) =>
  JSON.parse((await rcc('status', farm, '--json')).stdout) as {
    readonly result: {
      readonly cells: readonly { key: string; state: string; attempts: unknown[]; next?: string }[];
    };
  };

describe('a farm on this machine', () => {
  const farm = join(folder, 'one');
  const attempts = () =>
    readdirSync(join(farm, 'attempts')).flatMap((key) => readdirSync(join(farm, 'attempts', key)));

  it('is planned: nothing is submitted or made', async () => {
    const { exitCode, stdout, stderr } = await plan(farm);
    expect(exitCode, stderr).toBe(0);
    await expect(plain(`${stdout}${stderr}`)).toMatchFileSnapshot('golden/plan.txt');
    expect(readdirSync(farm).toSorted()).toEqual(['farm.json', 'plan.jsonl']);
    const before = await rcc('status', farm);
    await expect(plain(before.stdout + before.stderr)).toMatchFileSnapshot('golden/planned.txt');
    expect(before.exitCode).toBe(5);
  });

  it('shows the files for sbatch', async () => {
    const { exitCode, stdout } = await rcc('run', farm, '--on', 'slurm', '--dry-run');
    expect(exitCode).toBe(0);
    await expect(`${plain(stdout)}`).toMatchFileSnapshot('golden/dry-run.txt');
    expect(readdirSync(farm).toSorted()).toEqual(['farm.json', 'plan.jsonl']);
  });

  it('hands every cell over once, though two run at the same time', async () => {
    const both = await Promise.all([
      rcc('run', farm, '--on', 'local', '--json'),
      rcc('run', farm, '--on', 'local', '--json'),
    ]);
    const counts = both.map(({ stdout }) => JSON.parse(stdout).result.submitted.length);
    expect(counts.toSorted()).toEqual([0, 2]);
    const { exitCode, stdout, stderr } = await settled(farm);
    expect(exitCode, stdout + stderr).toBe(0);
    await expect(plain(stdout + stderr)).toMatchFileSnapshot('golden/done.txt');
    expect(attempts()).toHaveLength(2);
    const again = await rcc('run', farm);
    expect(again.stdout).toContain('Nothing to submit: 2 done.');
    expect(attempts()).toHaveLength(2);
  }, 180_000);

  it('is collected into a bench file that says whose figures they are', async () => {
    const { exitCode, stderr } = await rcc('collect', farm);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('invented');
    const { rows, missing } = JSON.parse(readFileSync(join(farm, 'bench.json'), 'utf8'));
    expect(missing).toEqual([]);
    expect(rows).toHaveLength(4);
    for (const row of rows)
      expect(row).toMatchObject({ state: 'done', provenance: { standIn: true, gpu: 't4' } });
    const result = join(farm, 'results', readdirSync(join(farm, 'results'))[0] ?? '');
    const before = statSync(result).mtimeMs;
    await rcc('collect', farm);
    expect(statSync(result).mtimeMs).toBe(before);
  });

  it('knows what is done when the attempts are gone, or a plan is made anew', async () => {
    const copy = join(folder, 'clean');
    cpSync(farm, copy, { recursive: true });
    rmSync(join(copy, 'attempts'), { recursive: true });
    rmSync(join(copy, 'judgements.jsonl'));
    expect((await rcc('status', copy)).exitCode).toBe(0);
    const more = await plan(copy, '--gpu', 't4,v100');
    expect(more.stdout).toContain('4 cells, 8 figures; 2 done');
  });

  it('measures anew when asked, and shows how far attempts are from each other', async () => {
    const { stdout } = await rcc('run', farm, '--again', '--json');
    expect(JSON.parse(stdout).result.submitted).toHaveLength(2);
    const end = Date.now() + 120_000;
    while ((await statusOf(farm)).result.cells.some(({ attempts: own }) => own.length < 2)) {
      if (Date.now() > end) throw new Error('no second attempt');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await settled(farm);
  }, 180_000);
});

describe('a cell that came to nothing', () => {
  const farm = join(folder, 'two');
  const all = async () => (await statusOf(farm)).result.cells.map(({ state }) => state);
  const attemptsOf = (key: string) => join(farm, 'attempts', key);
  let keys: readonly string[] = [];

  beforeAll(async () => {
    await plan(farm);
    await rcc('run', farm, '--on', 'local');
    await settled(farm);
    keys = (await statusOf(farm)).result.cells.map(({ key }) => key);
  }, 180_000);

  it('is lost without its folder, and is run again', async () => {
    rmSync(attemptsOf(keys[0] ?? ''), { recursive: true });
    expect(await all()).toEqual(['lost', 'done']);
    const { stdout, stderr, exitCode } = await rcc('status', farm);
    expect(exitCode).toBe(5);
    await expect(plain(stdout + stderr)).toMatchFileSnapshot('golden/lost.txt');
    await rcc('run', farm);
    await settled(farm);
    expect(await all()).toEqual(['done', 'done']);
  }, 180_000);

  it('is refused when its kit was changed, and nothing runs', async () => {
    rmSync(attemptsOf(keys[1] ?? ''), { recursive: true });
    appendFileSync(join(farm, 'kits', keys[1] ?? '', 'run.sh'), '# changed\n');
    const { exitCode, stderr } = await rcc('run', farm);
    expect(stderr).toContain('farm-kit-changed');
    expect(stderr).toContain('farm-not-submitted');
    expect(exitCode).toBe(5);
    expect(await all()).toEqual(['done', 'lost']);
  }, 60_000);

  it('is refused when its spec is another one than was planned', async () => {
    const own = join(folder, 'own.rn');
    const text = readFileSync('specs/resnet18_vd.rn', 'utf8');
    writeFileSync(own, text);
    const third = join(folder, 'three');
    await rcc('plan', own, '--fp32', '--gpu', 't4', ...short, '-o', third);
    writeFileSync(own, text.replace(/(classes\s+)1000/, '$1 10'));
    const { stderr } = await rcc('run', third, '--on', 'local');
    expect(stderr).toContain('farm-cell-changed');
    expect(readdirSync(third)).not.toContain('kits');
  });
});

it('says commands that can be pasted, however long the path of the farm is', async () => {
  const farm = join(folder, `a lab's folder of many words ${'and more '.repeat(12)}`, 'farm');
  const quoted = `'${farm.replaceAll("'", `'\\''`)}'`;
  await rcc('plan', spec, '--fp16', '--gpu', 't4', ...short, '-o', farm);
  const { stderr } = await rcc('status', farm);
  expect(stderr).toContain(`Submit what is not: rcc farm run ${quoted}\n`);
  const nowhere = await rcc('status', `${farm}s`);
  expect(nowhere.stderr).toContain(` -o ${quoted.slice(0, -1)}s'\n`);
});

describe('mistakes', () => {
  it.each([
    [['status', join(folder, 'nowhere')], 'farm-not-found'],
    [['plan', spec, '-o', join(folder, 'x')], 'kit-needs-gpu'],
    [['plan', spec, '--gpu', 't44', '-o', join(folder, 'x')], 'tensorrt-gpu-unknown'],
    [['retry', 'farm', '--only', 'sick'], 'command-line'],
  ])('%s', async (argv, code) => {
    const { exitCode, stderr } = await rcc(...argv);
    expect(stderr).toContain(code);
    expect(exitCode).toBe(2);
  });
});
