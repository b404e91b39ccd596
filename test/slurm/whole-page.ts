/*
 * The whole page that rcc implements, as a farm on a cluster of this machine: 18 networks × fp32, fp16 × T4, V100, three batches each. trtexec is the
 * stand-in of the tests, so that every figure is invented and marked so; weights are made up where there are none.
 *   npm run judge:farm [-- SPEC…]
 * test/slurm/setup.sh installs Slurm. The farm and its report stay in build/whole-page.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { globSync } from 'tinyglobby';
import { type Cluster, hasSlurm, startCluster } from './cluster.ts';

const given = process.argv.slice(2);
const specs = given.length > 0 ? given : globSync('specs/*.rn').toSorted();
const folder = resolve('build', 'whole-page');
const farm = join(folder, 'farm');
const report = join(folder, 'report');
const standIns = resolve('test', 'stand-in');

function writeSite(): string {
  const classOf = (name: string) => ({
    ...{ partition: name, memory: '10M' },
    setup: [`export STAND_IN_GPU=${name}`],
  });
  const path = join(folder, 'site.json');
  const gpus = { t4: classOf('t4'), v100: classOf('v100') };
  writeFileSync(path, JSON.stringify({ schemaVersion: 1, gpus, limits: { minutes: 120 } }));
  return path;
}

/** Runs rcc, shows what it prints, and gives its exit code and what it wrote to stdout. */
async function rcc({ env }: Cluster, ...argv: readonly string[]) {
  process.stdout.write(`$ rcc ${argv.join(' ').replaceAll(`${process.cwd()}/`, '')}\n`);
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...argv], {
    env: {
      ...env,
      TRTEXEC: join(standIns, 'trtexec'),
      NVIDIA_SMI: join(standIns, 'nvidia-smi'),
      RCC_CACHE_DIR: join(folder, 'cache'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString();
  });
  const [code] = await once(child, 'close');
  return { code: Number(code), stdout };
}

/** The stand-in's engines are copies of their models: those of attempts that have ended would fill the disk, and no figure needs them. */
function removeEngines(): void {
  const found = globSync('attempts/*/*/*.plan', { cwd: farm, absolute: true });
  for (const engine of found) if (existsSync(join(engine, '..', 'exit.json'))) rmSync(engine);
}

async function waitForEnd(cluster: Cluster): Promise<void> {
  for (let told = ''; ; await sleep(10_000)) {
    removeEngines();
    const { code, stdout } = await rcc(cluster, 'farm', 'status', farm);
    const [line = ''] = stdout.split('\n');
    if (line !== told) process.stdout.write(`${line}\n`);
    told = line;
    if (code !== 5 || !/queued|running|unknown/.test(line)) return;
  }
}

interface Row {
  readonly state?: string;
  readonly provenance: { readonly standIn?: boolean };
}

/** What the bench file and the page have of the plan. */
function countText(): string {
  const bench = JSON.parse(readFileSync(join(farm, 'bench.json'), 'utf8'));
  const rows: readonly Row[] = bench.rows;
  const cells = readFileSync(join(farm, 'plan.jsonl'), 'utf8').split('\n').filter(Boolean);
  const invented = rows.filter(({ provenance }) => provenance.standIn).length;
  const planned = cells.reduce((sum, cell) => sum + JSON.parse(cell).batches.length, 0);
  if (rows.length !== planned || invented !== rows.length || bench.missing.length > 0)
    process.exitCode = 1;
  return `${cells.length} cells; ${rows.length} of ${planned} figures, ${invented} of them a stand-in's, ${bench.missing.length} cells without`;
}

async function wholePage(cluster: Cluster): Promise<void> {
  const startedMs = performance.now();
  const plan = ['--fp32', '--fp16', '--gpu', 't4,v100', '--trt', '10.4', '--site', writeSite()];
  const short = ['--iterations', '40', '--duration', '0'];
  const steps = [
    ['farm', 'plan', ...specs, ...plan, ...short, '-o', farm],
    ['farm', 'run', farm],
  ];
  for (const step of steps) {
    const { code, stdout } = await rcc(cluster, ...step);
    process.stdout.write(stdout);
    if (code !== 0) throw new Error(`it ended with ${code}`);
  }
  await waitForEnd(cluster);
  process.stdout.write((await rcc(cluster, 'farm', 'collect', farm)).stdout);
  process.stdout.write((await rcc(cluster, 'report', farm, '-o', report)).stdout);
  const size = spawnSync('du', ['-sh', farm], { encoding: 'utf8' }).stdout.split('\t')[0];
  const minutes = ((performance.now() - startedMs) / 60_000).toFixed(1);
  process.stdout.write(`${countText()}; ${minutes} minutes, ${size} on the disk\n`);
}

if (!hasSlurm) throw new Error('There is no Slurm here: sh test/slurm/setup.sh');
if (existsSync(farm)) rmSync(farm, { recursive: true });
mkdirSync(folder, { recursive: true });
const cluster = await startCluster();
try {
  await wholePage(cluster);
} finally {
  await cluster.stop();
}
