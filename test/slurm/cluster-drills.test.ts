import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, hasSlurm, hasSlurmDatabase, startCluster } from './cluster.ts';
import { type DrillFarm, drillFarm } from './drill-farm.ts';

/** What befalls a cluster, with the real commands and the real kit: nothing is lost, nothing counted twice. */
describe.skipIf(!hasSlurm)('drills (skipped where Slurm could not be installed): a cluster', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster({ accounting: hasSlurmDatabase });
  });
  afterEach(() => cluster.makeWhole());
  afterAll(() => cluster?.stop());

  /** One cell that has begun and waits; its task, and where it runs. */
  async function running(...plan: readonly string[]) {
    const options = plan.length > 0 ? { plan, isHeld: true } : { isHeld: true };
    const farm = await drillFarm(cluster, options);
    await farm.submit();
    const { key, tasks } = await farm.cell();
    await farm.begun(key);
    const id = tasks[0]?.id ?? '';
    return { farm, key, id, node: cluster.ask('squeue', '-h', '-o', '%N', '-j', id) };
  }

  it('scontrol requeue: a further attempt, and one figure', async () => {
    const { farm, key, id } = await running();
    cluster.ask('scontrol', 'requeue', id);
    await cluster.until('it waits', async () => (await farm.cell()).state === 'queued');
    expect((await farm.rcc('run')).stdout).toContain('Nothing to submit');
    farm.go();
    await farm.expectAllOnce();
    expect(farm.attempts(key)).toEqual([`${id}.0`, `${id}.1`]);
  });

  it('a node set down: a further attempt, and its node is told', async () => {
    const { farm, key, id, node } = await running();
    cluster.ask('scontrol', 'update', `nodename=${node}`, 'state=down', 'reason=drill');
    await farm.begun(key, 2);
    farm.go();
    await farm.expectAllOnce();
    expect(farm.attempts(key)).toEqual([`${id}.0`, `${id}.1`]);
    const second = readFileSync(farm.at('attempts', key, `${id}.1`, 'env.txt'), 'utf8');
    expect(second).toContain(`\nnode=${(await farm.cell()).node}\n`);
  });

  it('slurmd killed: what it started goes on, and its file decides', async () => {
    const { farm, key, node } = await running();
    await cluster.kill(node as 'n1');
    expect((await farm.cell()).state).toBe('running');
    farm.go();
    await cluster.until('it is done', async () => (await farm.cell()).state === 'done');
    await farm.expectAllOnce();
    expect(farm.attempts(key)).toHaveLength(1);
  });

  it('a kit that was killed: lost, submitted again, and done', async () => {
    const { farm, key, id } = await running();
    killTask(id);
    expect(await farm.settled()).toEqual(['lost']);
    const { stdout, exitCode } = await farm.rcc('status');
    expect(stdout).toContain('again, and not where it was lost twice');
    expect(exitCode).toBe(5);
    farm.go();
    await farm.submit();
    await farm.expectAllOnce();
    expect(farm.attempts(key)).toHaveLength(2);
  });

  it('lost twice on the only node of its class: it is not excluded, and is done', async () => {
    const { farm, key, id } = await running('--fp16', '--gpu', 'v100');
    killTask(id);
    expect(await farm.settled()).toEqual(['lost']);
    await farm.submit();
    await farm.begun(key, 2);
    const [second] = (await farm.cell()).tasks;
    killTask(second?.id ?? '');
    expect(await farm.settled()).toEqual(['lost']);
    farm.go();
    const { exitCode, stderr } = await farm.rcc('run');
    expect(stderr).toContain('nodes-not-excluded');
    expect(exitCode, stderr).toBe(0);
    await farm.expectAllOnce();
  });

  it('slurmctld and slurmdbd stopped: unknown, nothing is submitted, and the file decides', async () => {
    const { farm, key, id } = await running();
    if (hasSlurmDatabase) await cluster.kill('slurmdbd');
    await cluster.kill('slurmctld');
    const { stdout, stderr, exitCode } = await farm.rccInSilence('status');
    expect(stdout).toContain('nothing is lost; look again when the scheduler answers');
    expect(stderr).toContain('scheduler-silent');
    expect(exitCode).toBe(5);
    expect((await farm.rccInSilence('run')).stdout).toContain('Nothing to submit: 1 unknown');
    farm.go();
    const exit = farm.at('attempts', key, `${id}.0`, 'exit.json');
    await cluster.until('its file is there', () => existsSync(exit));
    expect((await farm.cell()).state).toBe('done');
    if (hasSlurmDatabase) await cluster.start('slurmdbd');
    await cluster.start('slurmctld');
    await farm.expectAllOnce();
    expect(farm.attempts(key)).toHaveLength(1);
  });

  it('a limit of one minute: told before, timeout, and again with twice the limit', async () => {
    const { farm, key, id } = await running('--fp16', '--gpu', 't4', '--limit', '2');
    expect(cluster.ask('scontrol', 'show', 'job', id)).toContain('TimeLimit=00:03:00');
    // Slurm's own clock, from here on: its signal comes a minute before the limit.
    cluster.ask('scontrol', 'update', `jobid=${id}`, 'TimeLimit=1');
    expect(await farm.settled()).toEqual(['timeout']);
    expect((await farm.rcc('status')).stdout).toContain('once more, with twice the limit');
    await farm.submit();
    await farm.begun(key, 2);
    const second = (await farm.cell()).tasks[0]?.id ?? '';
    expect(cluster.ask('scontrol', 'show', 'job', second)).toContain('TimeLimit=00:05:00');
    farm.go();
    await farm.expectAllOnce();
  });

  it('two runs at once, and one that could not write down what it submitted', async () => {
    const plan = ['--fp32', '--fp16', '--gpu', 't4,v100'];
    const farm = await drillFarm(cluster, { plan, isHeld: true });
    const [first, second] = await Promise.all([rccProcess(farm), rccProcess(farm)]);
    expect([first, second].toSorted()).toEqual([0, 4]);
    const queued = () => cluster.ask('squeue', '-h', '-r', '-o', '%i').split('\n').length;
    expect(queued()).toBe(4);
    rmSync(farm.at('jobs.jsonl'));
    // What has begun is known by its attempt, what waits by the name of its job.
    const { stdout } = await farm.rcc('run', '--json');
    expect(JSON.parse(stdout).result.submitted).toEqual([]);
    expect(queued()).toBe(4);
    farm.go();
    await farm.expectAllOnce();
    for (const { key } of await farm.status()) expect(farm.attempts(key)).toHaveLength(1);
  });

  it('cancel: nothing waits or runs, what is done stays, and run submits the rest again', async () => {
    const farm = await drillFarm(cluster, { plan: ['--fp32', '--fp16', '--gpu', 'v100'] });
    farm.hold();
    await farm.submit();
    await cluster.until('one runs', async () => (await farm.states()).includes('running'));
    const { stdout, exitCode } = await farm.rcc('cancel');
    expect(stdout).toContain('2 tasks cancelled.');
    expect(exitCode).toBe(0);
    await cluster.until('the queue is empty', () => cluster.ask('squeue', '-h') === '');
    expect(await farm.states()).toEqual(['planned', 'planned']);
    expect((await farm.rcc('cancel')).stdout).toContain('0 tasks cancelled.');
    expect(readFileSync(farm.at('jobs.jsonl'), 'utf8')).toContain('"cancelled"');
    farm.go();
    await farm.submit();
    await farm.expectAllOnce();
  });
});

/** Ends all that a task runs, as a machine that loses its power does. */
function killTask(id: string): void {
  const [job = '', task = ''] = id.split('_');
  const own = [`SLURM_ARRAY_JOB_ID=${job}`, `SLURM_ARRAY_TASK_ID=${task}`];
  const environmentOf = (pid: string): readonly string[] => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    } catch {
      return [];
    }
  };
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const found = pids.filter((pid) => {
    const environment = environmentOf(pid);
    return own.every((entry) => environment.includes(entry));
  });
  expect(found).not.toEqual([]);
  for (const pid of found) spawnSync('kill', ['-KILL', pid]);
}

/** `rcc farm run` in a process of its own; how many cells it has submitted. */
async function rccProcess({ env, path }: DrillFarm): Promise<number> {
  const command = ['--import', 'tsx', 'src/cli/main.ts', 'farm', 'run', path, '--json'];
  const child = spawn(process.execPath, command, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (data: Buffer) => {
    text += data.toString();
  });
  await once(child, 'close');
  return JSON.parse(text).result.submitted.length;
}
