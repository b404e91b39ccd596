import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadSpecs } from '../../src/compile/spec-files.ts';
import { batchesOf } from '../../src/farm/batches.ts';
import type { KitMaking } from '../../src/farm/farm-settings.ts';
import { planCells } from '../../src/farm/plan-cells.ts';
import { rccIn } from '../helpers/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-farm-scale-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('plans networks × precisions × GPUs, an array a GPU class, and each cell once', async () => {
  const specs = join(folder, 'nets.rn');
  const models = Array.from(
    { length: 12 },
    (_, i) => `model net${i} { depth 18 classes ${i + 10} }`,
  );
  writeFileSync(specs, models.join('\n'));
  const gpus = 't4,v100,l4,a10,a100';
  const farm = join(folder, 'farm');
  const plan = [
    'farm',
    'plan',
    specs,
    '--fp32',
    '--fp16',
    '--gpu',
    gpus,
    '--trt',
    '10.4',
    '-o',
    farm,
  ];
  const { stdout, exitCode } = await rccIn({}, ...plan, '--json');
  const { cells } = JSON.parse(stdout).result;
  expect(exitCode).toBe(0);
  expect(cells).toHaveLength(12 * 2 * 5);
  expect(new Set(cells.map(({ key }: { key: string }) => key)).size).toBe(120);
  expect(new Set(cells.map(({ graph }: { graph: string }) => graph)).size).toBe(24);
  const dry = await rccIn({}, 'farm', 'run', farm, '--dry-run');
  expect(dry.stdout.match(/^#SBATCH --array=0-23%16$/gm)).toHaveLength(5);
}, 120_000);

it('hears an interrupt while it plans', async () => {
  const path = join(folder, 'interrupted.rn');
  const models = Array.from({ length: 12 }, (_, i) => `model net${i} { depth 18 }`);
  writeFileSync(path, models.join('\n'));
  const { specs } = await loadSpecs([path]);
  const controller = new AbortController();
  const timing = { warmUpMs: 1, durationMs: 1, minIterations: 1 };
  const planning = planCells({
    ...{ farm: folder, specs, precisions: ['fp32'], gpus: ['t4'], releases: ['10.4'] },
    making: { timing, tensorrt: {} as KitMaking['tensorrt'] },
    history: { buildS: () => undefined },
    signal: controller.signal,
  });
  setImmediate(() => setImmediate(() => controller.abort(new Error('enough'))));
  await expect(planning).rejects.toThrow('enough');
});

it('hands 10 000 cells over with at most one call for 500', () => {
  const tasks = Array.from({ length: 10_000 }, (_, i) => ({
    key: String(i),
    gpu: ['t4', 'v100', 'a100', 'h100'][i % 4] ?? '',
    limitMinutes: 21,
  }));
  expect(batchesOf(tasks, { tasks: 1000, minutes: 240 }).length).toBeLessThanOrEqual(20);
});
