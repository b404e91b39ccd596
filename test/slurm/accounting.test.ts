import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askAccounting } from '../../src/farm/schedulers/slurm-accounting.ts';
import { openScheduler } from '../../src/farm/schedulers.ts';
import { siteOf, smallFarm } from '../helpers/small-farm.ts';
import { type Cluster, hasSlurmDatabase, startCluster } from './cluster.ts';

describe.skipIf(!hasSlurmDatabase)('accounting (skipped where there is no slurmdbd)', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ accounting: true });
  });
  afterAll(() => cluster?.stop());

  it('is a hint: a database that stops in the middle costs neither task nor result', async () => {
    const farm = { ...smallFarm(['aa', 'bb'], cluster.folder), name: 'accounted' };
    const site = siteOf({ gpus: { t4: { partition: 't4', memory: '10M' } } });
    const slurm = await openScheduler('slurm', { farm, site, env: cluster.env });
    const since = new Date();
    const task = (key: string) => ({ key, gpu: 't4', limitMinutes: 4 });
    const [first] = (await slurm.submit([task('aa')])).submitted;
    const id = first?.id ?? '';
    const states = () => askAccounting([id], since, { env: cluster.env });
    await cluster.until('sacct knows the task', async () => (await states()).get(id) === 'RUNNING');
    await cluster.kill('slurmdbd');
    expect(await states()).toEqual(new Map());
    expect((await slurm.alive([id])).tasks.get(id)).toMatchObject({ state: 'running' });
    const [second] = (await slurm.submit([task('bb')])).submitted;
    await cluster.until('the second begins', () =>
      existsSync(join(farm.directory, 'attempts', 'bb', `${second?.id}.0`)),
    );
    farm.go();
    await cluster.until(
      'both end',
      () =>
        farm.ending('aa', `${id}.0`) === 'done' && farm.ending('bb', `${second?.id}.0`) === 'done',
    );
    await cluster.start('slurmdbd');
    await cluster.until(
      'sacct knows the end',
      async () => (await states()).get(id) === 'COMPLETED',
    );
  });
});
