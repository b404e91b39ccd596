import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rccIn } from '../helpers/cli.ts';
import { type Cluster, hasSlurm, startCluster } from './cluster.ts';

describe.skipIf(!hasSlurm)('rcc doctor --site (skipped where there is no Slurm)', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster?.stop());

  async function examine(site: Readonly<Record<string, unknown>>, env = cluster.env) {
    const path = join(cluster.folder, 'site.json');
    writeFileSync(path, JSON.stringify({ schemaVersion: 1, limits: { minutes: 60 }, ...site }));
    return await rccIn({ env }, 'doctor', '--site', path);
  }

  it('finds nothing where the site fits, and submits nothing', async () => {
    const gpus = { t4: { partition: 't4', constraint: 'turing' }, v100: { partition: 'v100' } };
    const { exitCode, stdout, stderr } = await examine({ gpus });
    expect(stderr).toBe('');
    expect(stdout.split('\n').slice(0, 3)).toEqual([
      'good      site  container runtime none',
      'good      t4    partition t4, gpu:t4',
      'good      v100  partition v100, gpu:v100',
    ]);
    expect(exitCode).toBe(0);
    expect(cluster.ask('squeue', '-h')).toBe('');
  });

  it.each([
    [
      'a partition that is not there',
      { partition: 't5' },
      "no partition 't5'",
      "Did you mean 't4'?",
    ],
    [
      'a GPU that its nodes do not have',
      { partition: 'v100' },
      "no node of partition 'v100' has gpu:t4",
      'Its nodes have v100',
    ],
    ['a feature', { partition: 't4', constraint: 'ampere' }, "the feature 'ampere'", 'turing'],
    ['a node', { partition: 't4', excludeNodes: ['n9'] }, "no node 'n9'", ''],
    ['more memory than a node has', { partition: 't4', memory: '99G' }, 'sbatch would refuse', ''],
    [
      'a host',
      { partition: 't4', hosts: [{ host: 'nowhere.invalid' }] },
      "does not reach 'nowhere.invalid'",
      '',
    ],
  ])('names %s', async (_, t4, message, hint) => {
    const { exitCode, stdout, stderr } = await examine({ gpus: { t4 } });
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
    expect(stdout).toContain('wrong     t4');
    expect(exitCode).not.toBe(0);
  });

  it('names a limit that the partition does not allow', async () => {
    const { stderr } = await examine({
      gpus: { t4: { partition: 't4' } },
      limits: { minutes: 300 },
    });
    expect(stderr).toContain("given 300 minutes, partition 't4' allows 2:00:00");
  });

  it('names a runtime that cannot be seen', async () => {
    const container = { runtime: 'pyxis', image: 'tensorrt' };
    const { exitCode, stderr } = await examine({ gpus: { t4: { partition: 't4' } }, container });
    expect(stderr).toContain('srun has no --container-image');
    expect(exitCode).toBe(0);
  });

  it('names an entry that no site has', async () => {
    const { exitCode, stderr } = await examine({ gpus: { t4: { partitoin: 't4' } } });
    expect(stderr).toContain('gpus.t4');
    expect(stderr).toContain('partitoin');
    expect(exitCode).toBe(2);
  });
});
