import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { SchedulerRequest } from '../../../src/farm/scheduler.ts';
import { openScheduler } from '../../../src/farm/schedulers.ts';
import { bundleScript } from '../../helpers/bundle-script.ts';
import { type SmallFarm, siteOf, smallFarm } from '../../helpers/small-farm.ts';

const keys = ['aa', 'bb', 'cc', 'dd'];
const tasks = keys.map((key) => ({ key, gpu: 't4', limitMinutes: 4 }));
const farms: SmallFarm[] = [];

function newFarm(): SmallFarm {
  const farm = smallFarm(keys);
  farms.push(farm);
  return farm;
}

function requestFor(farm: SmallFarm, more: Partial<SchedulerRequest> = {}): SchedulerRequest {
  return { farm, site: siteOf({ gpus: { t4: {} } }), env: { PATH: process.env.PATH }, ...more };
}

/** What is left waiting finishes, and nothing keeps running. */
afterEach(async () => {
  for (const farm of farms.splice(0)) {
    const local = await openScheduler('local', requestFor(farm));
    const { alreadyThere } = await local.submit([]);
    farm.go();
    await local.cancel(alreadyThere.map(({ id }) => id));
    const queues = existsSync(join(farm.directory, 'queues'))
      ? readdirSync(join(farm.directory, 'queues')).filter((name) => !name.endsWith('.json'))
      : [];
    const pattern = [farm.directory, ...queues.map((queue) => `queues/${queue}/`)].join('|');
    const workers = (): string => spawnSync('pgrep', ['-f', pattern], { encoding: 'utf8' }).stdout;
    await expect.poll(workers, { timeout: 10_000 }).toBe('');
    farm.remove();
  }
});

const counts = (states: Iterable<{ state: string }>) =>
  [...states].map(({ state }) => state).toSorted();

describe('tasks on this machine', () => {
  it('run as many at once as there are devices, each on its own, and end with a file', async () => {
    const farm = newFarm();
    const site = siteOf({ gpus: { t4: { devices: ['test-5', 'test-7'] } } });
    const local = await openScheduler('local', requestFor(farm, { site }));
    const { submitted, diagnostics } = await local.submit(tasks);
    expect(diagnostics).toEqual([]);
    expect(submitted.map(({ key }) => key)).toEqual(keys);
    const ids = submitted.map(({ id }) => id);
    const states = async () => counts((await local.alive(ids)).tasks.values());
    await expect
      .poll(states, { timeout: 10_000 })
      .toEqual(['running', 'running', 'waiting', 'waiting']);
    farm.go();
    await expect.poll(states, { timeout: 20_000 }).toEqual([]);
    for (const { key, id } of submitted) {
      expect(farm.attempts(key)).toEqual([`${id}.0`]);
      expect(farm.ending(key, `${id}.0`)).toBe('done');
    }
    const used = submitted.map(({ key, id }) =>
      readFileSync(join(farm.directory, 'attempts', key, `${id}.0`, 'device'), 'utf8').trim(),
    );
    expect(new Set(used)).toEqual(new Set(['test-5', 'test-7']));
  });

  it('are not started again while they wait or run', async () => {
    const farm = newFarm();
    const local = await openScheduler('local', requestFor(farm, { jobs: 1 }));
    const first = await local.submit(tasks.slice(0, 3));
    const again = await local.submit(tasks);
    expect(again.alreadyThere).toEqual(first.submitted);
    expect(again.submitted.map(({ key }) => key)).toEqual(['dd']);
  });

  it('cancelled: what runs is told to end, what waits never starts', async () => {
    const farm = newFarm();
    const local = await openScheduler('local', requestFor(farm, { jobs: 1 }));
    const { submitted } = await local.submit(tasks.slice(0, 2));
    const ids = submitted.map(({ id }) => id);
    const states = async () => counts((await local.alive(ids)).tasks.values());
    await expect.poll(states, { timeout: 10_000 }).toEqual(['running', 'waiting']);
    await expect
      .poll(() => existsSync(join(farm.directory, 'attempts', 'aa', `${ids[0]}.0`, 'device')), {
        timeout: 10_000,
      })
      .toBe(true);
    const { cancelled, diagnostics } = await local.cancel(ids);
    expect(diagnostics).toEqual([]);
    expect(cancelled.toSorted()).toEqual(ids.toSorted());
    await expect.poll(states, { timeout: 20_000 }).toEqual([]);
    expect(farm.ending('aa', `${ids[0]}.0`)).toBe('timeout');
    expect(farm.attempts('bb')).toEqual([]);
  });

  it('killed with -9 are gone, and what waits goes on', async () => {
    const farm = newFarm();
    const local = await openScheduler('local', requestFor(farm, { jobs: 1 }));
    const { submitted } = await local.submit(tasks.slice(0, 2));
    const ids = submitted.map(({ id }) => id);
    const [queue] = (ids[0] ?? '').split('_');
    const pidFile = join(farm.directory, 'queues', queue ?? '', '0', 'pid');
    await expect.poll(() => existsSync(pidFile), { timeout: 10_000 }).toBe(true);
    const pid = readFileSync(pidFile, 'utf8').trim();
    const started = (): boolean =>
      farm.attempts('aa').length > 0 &&
      existsSync(join(farm.directory, 'attempts', 'aa', `${ids[0]}.0`, 'device'));
    await expect.poll(started, { timeout: 10_000 }).toBe(true);
    // The whole group: nothing is left that could write how it ended.
    process.kill(-Number(pid), 'SIGKILL');
    const running = async () => [...(await local.alive(ids)).tasks.keys()];
    await expect.poll(running, { timeout: 20_000 }).toEqual([ids[1]]);
    expect(farm.ending('aa', `${ids[0]}.0`)).toBeUndefined();
  });

  it('go on when the process that submitted them is killed', async () => {
    const farm = newFarm();
    const { path } = await bundleScript('farm/submit-local.ts');
    const killed = spawnSync(process.execPath, [path, farm.directory, ...keys], {
      encoding: 'utf8',
    });
    expect(killed.signal, killed.stderr).toBe('SIGKILL');
    const local = await openScheduler('local', requestFor(farm));
    const { alreadyThere } = await local.submit(tasks);
    expect(alreadyThere.map(({ key }) => key)).toEqual(keys);
    farm.go();
    await expect
      .poll(() => farm.attempts('dd').map((each) => farm.ending('dd', each)), { timeout: 20_000 })
      .toEqual(['done']);
  });

  it('of another machine are neither alive nor gone', async () => {
    const farm = newFarm();
    const local = await openScheduler('local', requestFor(farm, { jobs: 1 }));
    const { submitted } = await local.submit(tasks.slice(0, 1));
    const id = submitted[0]?.id ?? '';
    const record = join(farm.directory, 'queues', `${id.split('_')[0]}.json`);
    const text = readFileSync(record, 'utf8');
    writeFileSync(record, JSON.stringify({ ...JSON.parse(text), host: 'elsewhere' }));
    const { unknown, tasks: alive, diagnostics } = await local.alive([id]);
    expect([...unknown]).toEqual([id]);
    expect(alive.size).toBe(0);
    expect(diagnostics.map(({ code }) => code)).toEqual(['farm-other-host']);
    writeFileSync(record, text);
  });
});
