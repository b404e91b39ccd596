import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FarmTask, SchedulerRequest } from '../../src/farm/scheduler.ts';
import { askAccounting } from '../../src/farm/schedulers/slurm-accounting.ts';
import { openScheduler } from '../../src/farm/schedulers.ts';
import { type SmallFarm, siteOf, smallFarm } from '../helpers/small-farm.ts';
import { type Cluster, hasSlurm, startCluster } from './cluster.ts';

const site = siteOf({
  gpus: { t4: { partition: 't4', memory: '10M' }, v100: { partition: 'v100', memory: '10M' } },
});

/** The layer of schedulers against a real Slurm: each drill with a cluster and a farm of its own, for it breaks them. */
describe.skipIf(!hasSlurm)('Slurm (skipped where test/slurm/setup.sh could not install it)', () => {
  let cluster: Cluster;
  let count = 0;

  beforeAll(async () => {
    cluster = await startCluster({ maxArraySize: 5 });
  });
  // The next drill finds a cluster where nothing runs.
  afterEach(async () => {
    await cluster.makeWhole();
  });
  afterAll(() => cluster?.stop());

  async function drill(
    cells: readonly (Omit<FarmTask, 'limitMinutes'> & Partial<FarmTask>)[],
    more: Partial<SchedulerRequest> = {},
  ) {
    const small = smallFarm(
      cells.map(({ key }) => key),
      cluster.folder,
    );
    const farm: SmallFarm = { ...small, name: `drill-${count++}` };
    const slurm = await openScheduler('slurm', { farm, site, env: cluster.env, ...more });
    const tasks = cells.map((cell) => ({ limitMinutes: 4, ...cell }));
    const { submitted, diagnostics } = await slurm.submit(tasks);
    expect(diagnostics).toEqual([]);
    const ids = submitted.map(({ id }) => id);
    const states = async () =>
      Object.fromEntries([...(await slurm.alive(ids)).tasks].map(([id, { state }]) => [id, state]));
    const until1 = (key: string, attempt: string, state: string) =>
      cluster.until(`${key}/${attempt} is ${state}`, () => farm.ending(key, attempt) === state);
    const begun = (key: string, attempt: string) =>
      cluster.until(`${key}/${attempt} begins`, () =>
        existsSync(join(farm.directory, 'attempts', key, attempt, 'device')),
      );
    return { farm, slurm, tasks, submitted, ids, states, ends: until1, begun };
  }

  it('takes an array a GPU class, split at its limit, and none of them twice', async () => {
    const cells = [1, 2, 3, 4, 5, 6].map((i) => ({ key: `c${i}`, gpu: i === 6 ? 'v100' : 't4' }));
    const { farm, slurm, tasks, submitted, ids, states, ends } = await drill(cells);
    expect(submitted.map(({ key }) => key)).toEqual(cells.map(({ key }) => key));
    expect(new Set(ids.map((id) => id.split('_')[0])).size).toBe(3);
    const again = await slurm.submit(tasks);
    expect(again.submitted).toEqual([]);
    expect(again.alreadyThere).toEqual(submitted);
    await cluster.until(
      'two t4 and a v100 run',
      async () => Object.values(await states()).filter((state) => state === 'running').length === 3,
    );
    farm.go();
    for (const { key, id } of submitted) await ends(key, `${id}.0`, 'done');
    await cluster.until('the queue is empty', async () => Object.keys(await states()).length === 0);
    const used = submitted.map(({ key, id }) =>
      cluster.ask('cat', join(farm.directory, 'attempts', key, `${id}.0`, 'device')),
    );
    expect(
      used.every((device) => /^\d+$/.test(device)),
      used.join(),
    ).toBe(true);
  });

  it('gives a requeued task a new attempt, and keeps the one before', async () => {
    const { farm, submitted, ids, ends, begun, states } = await drill([{ key: 'aa', gpu: 'v100' }]);
    const [id = ''] = ids;
    await begun('aa', `${id}.0`);
    cluster.ask('scontrol', 'requeue', id);
    await cluster.until('it waits', async () => (await states())[id] === 'waiting');
    farm.go();
    await ends('aa', `${id}.1`, 'done');
    expect(farm.attempts('aa')).toEqual([`${id}.0`, `${id}.1`]);
    expect(submitted).toHaveLength(1);
  });

  it('ends what is cancelled', async () => {
    const { slurm, ids, begun, states } = await drill([
      { key: 'aa', gpu: 'v100' },
      { key: 'bb', gpu: 'v100' },
    ]);
    await begun('aa', `${ids[0]}.0`);
    const { cancelled, diagnostics } = await slurm.cancel(ids);
    expect(diagnostics).toEqual([]);
    expect(cancelled).toEqual(ids);
    await cluster.until('none is left', async () => Object.keys(await states()).length === 0);
    expect((await slurm.cancel(ids)).diagnostics).toEqual([]);
  });

  it('tells the kit before its limit is over', async () => {
    const { ids, ends, begun } = await drill([{ key: 'aa', gpu: 'v100', limitMinutes: 1 }]);
    const limit = cluster.ask('scontrol', 'show', 'job', ids[0] ?? '');
    expect(limit).toContain('TimeLimit=00:02:00');
    // As the signal comes at the limit, sent here at once.
    await begun('aa', `${ids[0]}.0`);
    cluster.ask('scancel', '--batch', '--signal=TERM', ids[0] ?? '');
    await ends('aa', `${ids[0]}.0`, 'timeout');
  });

  it('runs a task elsewhere that is not to run on a node', async () => {
    const { farm, ids, begun } = await drill([{ key: 'aa', gpu: 't4', excludeNodes: ['n1'] }]);
    await begun('aa', `${ids[0]}.0`);
    expect(cluster.ask('squeue', '-h', '-o', '%N', '-j', ids[0] ?? '')).toBe('n2');
    farm.go();
  });

  it('finds a task again whose node went down: it waits, and runs elsewhere as a new attempt', async () => {
    const { farm, ids, begun, ends, states } = await drill([{ key: 'aa', gpu: 't4' }]);
    const [id = ''] = ids;
    await begun('aa', `${id}.0`);
    const node = cluster.ask('squeue', '-h', '-o', '%N', '-j', id);
    cluster.ask('scontrol', 'update', `nodename=${node}`, 'state=down', 'reason=drill');
    await cluster.until('it waits or runs', async () => (await states())[id] !== undefined);
    await begun('aa', `${id}.1`);
    farm.go();
    await ends('aa', `${id}.1`, 'done');
  });

  it('finds a task again whose slurmd was killed', async () => {
    const { farm, ids, begun, ends } = await drill([
      { key: 'aa', gpu: 't4', excludeNodes: ['n2'] },
    ]);
    await begun('aa', `${ids[0]}.0`);
    await cluster.kill('n1');
    farm.go();
    // What it runs is not its child's child: it goes on, and its file decides.
    await ends('aa', `${ids[0]}.0`, 'done');
    await cluster.start('n1');
  });

  it('loses nothing while the controller is down: states are unknown, and nothing is submitted', async () => {
    const { farm, slurm, tasks, submitted, ids, ends, begun } = await drill([
      { key: 'aa', gpu: 'v100' },
    ]);
    await begun('aa', `${ids[0]}.0`);
    await cluster.kill('slurmctld');
    const { unknown, tasks: alive, diagnostics } = await slurm.alive(ids);
    expect([...unknown]).toEqual(ids);
    expect(alive.size).toBe(0);
    expect(diagnostics.map(({ code }) => code)).toEqual(['scheduler-silent']);
    const again = await slurm.submit(tasks);
    expect(again).toMatchObject({ submitted: [], alreadyThere: [] });
    expect(again.diagnostics.map(({ code }) => code)).toEqual(['scheduler-silent']);
    farm.go();
    await ends('aa', `${ids[0]}.0`, 'done');
    await cluster.start('slurmctld');
    expect((await slurm.submit(tasks)).alreadyThere.length).toBeLessThanOrEqual(submitted.length);
  });

  it('says what it does not take, and keeps what it took', async () => {
    const farm = { ...smallFarm(['aa', 'bb'], cluster.folder), name: 'refused' };
    const other = siteOf({ gpus: { t4: { partition: 't4' }, v100: { partition: 'nowhere' } } });
    const slurm = await openScheduler('slurm', { farm, site: other, env: cluster.env });
    const tasks = [
      { key: 'aa', gpu: 't4', limitMinutes: 1 },
      { key: 'bb', gpu: 'v100', limitMinutes: 1 },
    ];
    const { submitted, diagnostics } = await slurm.submit(tasks);
    expect(submitted.map(({ key }) => key)).toEqual(['aa']);
    expect(diagnostics).toMatchObject([
      {
        code: 'submit-refused',
        details: expect.arrayContaining([expect.stringContaining('Invalid partition')]),
      },
    ]);
    farm.go();
  });

  it('without a database, accounting says nothing and costs nothing', async () => {
    expect(await askAccounting(['1_0'], new Date(), { env: cluster.env })).toEqual(new Map());
  });

  it('is named where its programs are missing', async () => {
    mkdirSync(join(cluster.folder, 'empty'), { recursive: true });
    writeFileSync(join(cluster.folder, 'empty', 'note'), '');
    const farm = { ...smallFarm(['aa'], cluster.folder), name: 'missing' };
    const slurm = await openScheduler('slurm', {
      farm,
      site,
      env: { PATH: join(cluster.folder, 'empty') },
    });
    const { diagnostics } = await slurm.submit([{ key: 'aa', gpu: 't4', limitMinutes: 1 }]);
    expect(diagnostics.map(({ code }) => code)).toEqual(['scheduler-missing']);
  });
});
