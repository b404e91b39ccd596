/*
 * What a farm of 10 000 cells costs on the login node: plan, status with all attempts judged, and the calls of sbatch; and what a job costs around trtexec.
 * No GPU and no scheduler is needed. `cpu` is the processor time, which a machine that does other things leaves as it is.
 * `tsx bench/farm-scale.ts [networks]`: cells are 20 times as many.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const networks = Number(process.argv[2] ?? 500);
const gpus = 't4,v100,l4,a10,a100,h100,a30,a40,3090,4090';
const folder = mkdtempSync(join(tmpdir(), 'rcc-farm-scale-'));
const farm = join(folder, 'farm');
const bundle = join('dist', 'rcc.js');
const rcc = existsSync(bundle) ? [bundle] : ['--import', 'tsx', 'src/cli/main.ts'];

function timed(title: string, ...argv: readonly string[]) {
  const startedMs = performance.now();
  const probe = `process.on('exit',()=>{const used=process.resourceUsage();require('node:fs').writeSync(2,'\\ncpu '+((used.userCPUTime+used.systemCPUTime)/1e6).toFixed(2)+' s, '+Math.round(used.maxRSS/1024)+' MB\\n')})`;
  const preload = join(folder, 'probe.cjs');
  writeFileSync(preload, probe);
  const ended = spawnSync(process.execPath, ['--require', preload, ...rcc, ...argv], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(2);
  const used = /^cpu .* MB$/m.exec(ended.stderr)?.[0] ?? '?';
  process.stdout.write(`${title}: ${seconds} s, ${used}, exit code ${ended.status}\n`);
  return ended;
}

/** An attempt of each cell that was judged as done. */
function pretendAttempts(): void {
  const keys = readFileSync(join(farm, 'plan.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).key as string);
  const time = new Date().toISOString();
  const arrays = Array.from({ length: Math.ceil(keys.length / 1000) }, (_, i) => ({
    time,
    on: 'slurm',
    array: String(100 + i),
    tasks: keys.slice(i * 1000, (i + 1) * 1000).map((key, n) => [String(n), key]),
  }));
  writeFileSync(join(farm, 'jobs.jsonl'), arrays.map((one) => `${JSON.stringify(one)}\n`).join(''));
  const judgements = arrays.flatMap(({ array, tasks }) =>
    tasks.map(([n, key]) => {
      const attempt = `${array}_${n}.0`;
      mkdirSync(join(farm, 'attempts', key ?? '', attempt), { recursive: true });
      writeFileSync(join(farm, 'attempts', key ?? '', attempt, 'exit.json'), '{}');
      return { key, attempt, state: 'done', node: 'n1', latencyMs: [[1, 2]] };
    }),
  );
  const lines = judgements.map((one) => `${JSON.stringify(one)}\n`);
  writeFileSync(join(farm, 'judgements.jsonl'), lines.join(''));
}

/** A trtexec that takes no time: what is left is the script. */
const idleTrtexec = `#!/bin/sh
case " $* " in *' --help '*) echo '&&&& RUNNING TensorRT.trtexec [TensorRT v100400]' ;; esac
for argument; do case $argument in --saveEngine=*) echo engine > "\${argument#*=}" ;; esac; done
`;

/** run.sh from its start to exit.json, with one batch. */
function jobOverhead(): void {
  const kit = join(folder, 'kit');
  const trtexec = join(folder, 'trtexec');
  writeFileSync(trtexec, idleTrtexec, { mode: 0o755 });
  const pack = ['pack', 'examples/digits/digits.rn', '--fp16', '--gpu', 't4', '--trt', '10.4'];
  spawnSync(process.execPath, [...rcc, ...pack, '--batches', '1', '-o', kit]);
  const env = { ...process.env, TRTEXEC: trtexec, NVIDIA_SMI: 'test/stand-in/nvidia-smi' };
  const smi = join(process.cwd(), env.NVIDIA_SMI);
  const startedMs = performance.now();
  const { stdout } = spawnSync('sh', ['-c', `sh ${kit}/run.sh ${folder}/attempt; times`], {
    env: { ...env, NVIDIA_SMI: smi },
    encoding: 'utf8',
  });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(2);
  const cpu = stdout.trim().split('\n').at(-1);
  process.stdout.write(`a job around trtexec: ${seconds} s, cpu (user, system) ${cpu}\n`);
}

try {
  jobOverhead();
  const models = Array.from(
    { length: networks },
    (_, i) => `model net${i} {\n  depth 18\n  classes ${i + 10}\n}\n`,
  );
  const specs = Array.from({ length: Math.ceil(networks / 50) }, (_, i) => {
    const path = join(folder, `nets${i}.rn`);
    writeFileSync(path, models.slice(i * 50, (i + 1) * 50).join('\n'));
    return path;
  });
  const planned = timed(
    'plan',
    ...['farm', 'plan', ...specs, '--fp32', '--fp16', '--gpu', gpus, '--trt', '10.4', '-o', farm],
  );
  process.stdout.write(`${planned.stdout.split('\n')[0]}\n${planned.stderr.slice(0, 600)}\n`);
  timed('status, all planned', 'farm', 'status', farm);
  const dry = timed('run --dry-run', 'farm', 'run', farm, '--dry-run', '--on', 'slurm');
  process.stdout.write(`calls of sbatch: ${dry.stdout.split('#SBATCH --array').length - 1}\n`);
  pretendAttempts();
  timed('status, all done', 'farm', 'status', farm);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
