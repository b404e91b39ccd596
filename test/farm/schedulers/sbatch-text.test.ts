import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { batchesOf } from '../../../src/farm/batches.ts';
import { type SbatchSettings, sbatchText } from '../../../src/farm/schedulers/sbatch-text.ts';
import { siteOf } from '../../helpers/small-farm.ts';

const golden = new URL('../golden/', import.meta.url).pathname;
const farm = { directory: '/home/ada/farm', name: 'table' };
const keys = ['11aa', '22bb', '33cc'];

interface Case {
  readonly site: Readonly<Record<string, unknown>>;
  readonly excludeNodes?: readonly string[];
  readonly image?: string;
  readonly more?: Partial<SbatchSettings>;
}

const t4 = { partition: 'gpu' };
const cases: Readonly<Record<string, Case>> = {
  plain: { site: { gpus: { t4 } } },
  'all-options': {
    site: {
      gpus: {
        t4: {
          partition: 'gpu',
          gres: 'tesla_t4',
          account: 'lab',
          qos: 'short',
          constraint: 'turing&ib',
          reservation: 'bench',
          memory: '16G',
          cpus: 4,
          clockMHz: 1590,
          excludeNodes: ['n7'],
          setup: ['module load tensorrt/10.4'],
        },
      },
      clocks: 'slurm',
      limits: { minutes: 60, jobs: 8 },
    },
    excludeNodes: ['n9', 'n8'],
    more: {
      jobs: 4,
      deadlineHours: 24,
      exclusiveNode: true,
      farm: { directory: '/home/ada l/"farm"', name: 'table' },
    },
  },
  apptainer: {
    site: {
      gpus: { t4 },
      container: {
        runtime: 'apptainer',
        image: '/images/tensorrt 24.08.sif',
        arguments: ['--cleanenv'],
      },
    },
  },
  pyxis: {
    site: {
      gpus: { t4 },
      container: { runtime: 'pyxis', image: 'nvcr.io#nvidia/tensorrt:24.08-py3' },
    },
  },
  docker: {
    site: {
      gpus: { t4 },
      container: { runtime: 'docker', image: 'tensorrt:24.08' },
      clocks: 'none',
    },
    image: 'tensorrt:24.10',
  },
};

function textOf({ site: given, excludeNodes, image, more }: Case): string {
  const site = siteOf(given);
  const tasks = keys.map((key) => ({ key, gpu: 't4', limitMinutes: 10, excludeNodes, image }));
  const [batch] = batchesOf(tasks, { tasks: 1000, minutes: site.limits.minutes });
  if (!batch) throw new Error('no batch');
  return sbatchText(batch, { farm, site, ...more });
}

describe.each(Object.entries(cases))('an sbatch file: %s', (name, one) => {
  it('is as it was', async () => {
    await expect(textOf(one)).toMatchFileSnapshot(`${golden}${name}.sbatch`);
  });

  it('is a script that sh can read', () => {
    const ended = spawnSync('sh', ['-n'], { input: textOf(one), encoding: 'utf8' });
    expect(ended.stderr).toBe('');
    expect(ended.status).toBe(0);
  });
});
