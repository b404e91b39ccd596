import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/*
 * A Slurm cluster of three nodes on this machine, in a temporary folder and on free ports. Each of its processes carries the folder in its environment,
 * by which they are ended: by `stop`, or by a shell that waits for this process to end, however it ends.
 */

const path = `${process.env.PATH}:/usr/sbin:/sbin`;
const here = new URL('.', import.meta.url).pathname;

function has(programs: readonly string[]): boolean {
  return programs.every((program) =>
    path.split(':').some((folder) => existsSync(join(folder, program))),
  );
}

/** Whether a cluster can be started here, and one with a database: `test/slurm/setup.sh` installs both. */
export const hasSlurm = has(['slurmctld', 'slurmd', 'munged', 'sbatch']);
export const hasSlurmDatabase =
  hasSlurm && has(['slurmdbd', 'mariadbd', 'mariadb-install-db', 'mariadb']);

export type Daemon = 'munged' | 'mariadbd' | 'slurmdbd' | 'slurmctld' | 'n1' | 'n2' | 'n3';

export interface ClusterOptions {
  /** With slurmdbd and a MariaDB of its own. */
  readonly accounting?: boolean;
  /** Default 1001, which is Slurm's. */
  readonly maxArraySize?: number;
}

export interface Cluster {
  readonly folder: string;
  /** With it, Slurm's programs speak to this cluster. */
  readonly env: Readonly<Record<string, string>>;
  /** A program's stdout. Throws where it fails. */
  ask(program: string, ...args: readonly string[]): string;
  start(daemon: Daemon): Promise<void>;
  /** Ends a daemon as `kill -9` does, a controller when it has saved its jobs. */
  kill(daemon: Daemon): Promise<void>;
  /** With it they give up after a second where no controller answers. */
  readonly impatient: Readonly<Record<string, string>>;
  /** Until `holds` does; throws after a minute, with what the cluster shows then. */
  until(what: string, holds: () => unknown, timeoutMs?: number): Promise<void>;
  /** Ends all jobs and mends what was broken, until every daemon runs, every node is idle and the queue is empty. */
  makeWhole(): Promise<void>;
  /** Whether a program ends well. */
  answers(program: string, ...args: readonly string[]): boolean;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

const nodes = ['n1', 'n2', 'n3'] as const;

/** Until `holds` does; throws after that time, with what there is to see then. */
async function until(
  what: string,
  holds: () => unknown,
  { timeoutMs = 60_000, picture }: { readonly timeoutMs?: number; readonly picture: () => string },
): Promise<void> {
  for (const end = performance.now() + timeoutMs; performance.now() < end; await sleep(200)) {
    if (await holds()) return;
  }
  throw new Error(`not within ${timeoutMs / 1000} s: ${what}\n${picture()}`);
}

function fill(name: string, values: Readonly<Record<string, string | number>>): string {
  return readFileSync(join(here, name), 'utf8').replaceAll(/\{(\w+)\}/g, (_, key: string) =>
    String(values[key]),
  );
}

async function writeFiles(folder: string, options: ClusterOptions) {
  const values = {
    folder,
    host: hostname(),
    user: userInfo().username,
    maxArraySize: options.maxArraySize ?? 1001,
    controllerPort: await freePort(),
    port1: await freePort(),
    port2: await freePort(),
    port3: await freePort(),
    databasePort: await freePort(),
    storagePort: await freePort(),
  };
  const accounting = options.accounting
    ? `AccountingStorageType=accounting_storage/slurmdbd\nAccountingStorageHost=localhost\nAccountingStoragePort=${values.databasePort}\nAccountingStoragePass=${folder}/munge.sock`
    : 'AccountingStorageType=accounting_storage/none';
  for (const name of ['slurm.conf', 'gres.conf', 'slurmdbd.conf'])
    writeFileSync(join(folder, name), fill(name, { ...values, accounting }), { mode: 0o600 });
  const conf = readFileSync(join(folder, 'slurm.conf'), 'utf8');
  const impatient = conf.replace(/^MessageTimeout=.*$/m, 'MessageTimeout=1');
  writeFileSync(join(folder, 'impatient.conf'), impatient);
  // Slurm tells a task its GPU only where the file is a device.
  for (const name of ['nvidia0', 'nvidia1', 'nvidia2'])
    symlinkSync('/dev/null', join(folder, name));
  writeFileSync(join(folder, 'cgroup.conf'), '');
  writeFileSync(join(folder, 'munge.key'), randomBytes(1024), { mode: 0o400 });
  for (const name of ['state', ...nodes.map((node) => `spool.${node}`)])
    mkdirSync(join(folder, name));
  return values;
}

type Values = Awaited<ReturnType<typeof writeFiles>>;

function commandOf(daemon: Daemon, { folder, user, storagePort }: Values): readonly string[] {
  const at = (name: string): string => join(folder, name);
  switch (daemon) {
    case 'munged':
      return [
        'munged',
        '--foreground',
        '--force',
        `--key-file=${at('munge.key')}`,
        `--socket=${at('munge.sock')}`,
        `--pid-file=${at('munged.pid')}`,
        `--seed-file=${at('munge.seed')}`,
        `--log-file=${at('munged.log')}`,
      ];
    case 'mariadbd':
      return [
        'mariadbd',
        '--no-defaults',
        `--user=${user}`,
        `--datadir=${at('mariadb')}`,
        `--socket=${at('mariadb.sock')}`,
        `--pid-file=${at('mariadb.pid')}`,
        `--port=${storagePort}`,
        '--bind-address=127.0.0.1',
        '--innodb-lock-wait-timeout=900',
      ];
    case 'slurmdbd':
      return ['slurmdbd', '-D'];
    case 'slurmctld':
      return ['slurmctld', '-D'];
    default:
      return ['slurmd', '-D', '-N', daemon];
  }
}

class RunningCluster implements Cluster {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly impatient: Readonly<Record<string, string>>;
  readonly #values: Values;
  readonly #running = new Map<Daemon, ChildProcess>();

  constructor(values: Values) {
    this.folder = values.folder;
    this.#values = values;
    this.env = {
      PATH: path,
      RCC_TEST_CLUSTER: this.folder,
      SLURM_CONF: join(this.folder, 'slurm.conf'),
    };
    this.impatient = { ...this.env, SLURM_CONF: join(this.folder, 'impatient.conf') };
    spawn('sh', [join(here, 'end-processes.sh'), this.folder, String(process.pid)], {
      detached: true,
      stdio: 'ignore',
    }).unref();
  }

  run(program: string, args: readonly string[], input = ''): string {
    const ended = spawnSync(program, args, { env: this.env, encoding: 'utf8', input });
    if (ended.status === 0) return ended.stdout;
    throw new Error(`${program} ${args.join(' ')}: ${ended.error?.message ?? ended.stderr}`);
  }

  ask(program: string, ...args: readonly string[]): string {
    return this.run(program, args).trim();
  }

  /** Queue, jobs, nodes and the end of the controller's log. */
  #picture(): string {
    const commands = [
      'squeue -o "%i %T %r %N"',
      'sinfo -N -o "%N %T %E"',
      'scontrol show job',
      `tail -n 40 ${this.folder}/slurmctld.out`,
    ];
    const texts = commands.map((command) => {
      const { stdout, stderr } = spawnSync('sh', ['-c', command], {
        env: this.impatient,
        encoding: 'utf8',
      });
      return `$ ${command}\n${stdout}${stderr}`;
    });
    return [new Date().toISOString(), ...texts].join('\n');
  }

  until(what: string, holds: () => unknown, timeoutMs?: number): Promise<void> {
    return until(what, holds, {
      picture: () => this.#picture(),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  }

  #states(): ReadonlyMap<string, string> {
    const lines = this.ask('sinfo', '-h', '-N', '-o', '%N %T').split('\n');
    return new Map(lines.map((line) => line.trim().split(' ') as [string, string]));
  }

  #isWhole(): boolean {
    const states = this.#states();
    // A star marks a node that does not answer: nothing begins on it.
    for (const node of nodes)
      if (/^down\*?$/.test(states.get(node) ?? ''))
        this.answers('scontrol', 'update', `nodename=${node}`, 'state=resume');
    return nodes.every((node) => states.get(node) === 'idle') && this.ask('squeue', '-h') === '';
  }

  async makeWhole(): Promise<void> {
    for (const [daemon, { exitCode, signalCode }] of [...this.#running])
      if (exitCode !== null || signalCode !== null) await this.start(daemon);
    this.answers('scancel', '--me');
    await this.until('every node is idle, the queue empty', () => this.#isWhole(), 90_000);
  }

  answers(program: string, ...args: readonly string[]): boolean {
    return spawnSync(program, args, { env: this.env }).status === 0;
  }

  #isReady(daemon: Daemon): boolean {
    const at = (name: string): string => join(this.folder, name);
    switch (daemon) {
      case 'munged':
        return this.answers('munge', '-n', '-S', at('munge.sock'));
      case 'mariadbd':
        return this.answers('mariadb', '--no-defaults', '-S', at('mariadb.sock'), '-e', 'select 1');
      case 'slurmdbd':
        return this.answers('sacctmgr', '-n', 'list', 'cluster');
      case 'slurmctld':
        return /UP/.test(spawnSync('scontrol', ['ping'], { env: this.env }).stdout.toString());
      default:
        return /^(?:idle|mixed|allocated)$/.test(this.#states().get(daemon) ?? '');
    }
  }

  async start(daemon: Daemon): Promise<void> {
    const [program = '', ...args] = commandOf(daemon, this.#values);
    const log = openSync(join(this.folder, `${daemon}.out`), 'a');
    const child = spawn(program, args, {
      env: this.env,
      detached: true,
      stdio: ['ignore', log, log],
    });
    this.#running.set(daemon, child);
    await this.until(`${daemon} answers (${this.folder}/${daemon}.out)`, () =>
      this.#isReady(daemon),
    );
  }

  /** A controller forgets what it was told in its last seconds, gives a job's number again, and drains the node that still runs the first. */
  async #untilSaved(): Promise<void> {
    const job = this.ask('squeue', '-h', '-o', '%A').split('\n')[0] ?? '';
    if (job === '') return;
    const changedMs = Date.now();
    this.ask('scontrol', 'update', `jobid=${job}`, 'comment=saved');
    const saved = () => statSync(join(this.folder, 'state', 'job_state')).mtimeMs > changedMs;
    await this.until('the controller has saved its jobs', saved);
  }

  async kill(daemon: Daemon): Promise<void> {
    const child = this.#running.get(daemon);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    if (daemon === 'slurmctld') await this.#untilSaved();
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async startDatabase(): Promise<void> {
    const { folder, user } = this.#values;
    const data = join(folder, 'mariadb');
    this.ask(
      'mariadb-install-db',
      '--no-defaults',
      `--user=${user}`,
      `--datadir=${data}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
    );
    await this.start('mariadbd');
    const grant =
      "create database slurm_acct; grant all on slurm_acct.* to slurm@localhost identified by 'slurm'; grant all on slurm_acct.* to slurm@'127.0.0.1' identified by 'slurm';";
    this.run('mariadb', ['--no-defaults', '-S', join(folder, 'mariadb.sock')], grant);
    await this.start('slurmdbd');
    this.ask('sacctmgr', '-i', 'add', 'cluster', 'farm');
    this.ask('sacctmgr', '-i', 'add', 'account', 'lab');
    this.ask('sacctmgr', '-i', 'add', 'user', user, 'account=lab');
  }

  async stop(): Promise<void> {
    const ended = spawn('sh', [join(here, 'end-processes.sh'), this.folder], { stdio: 'ignore' });
    await once(ended, 'exit');
  }
}

/** Starts a cluster; the caller stops it. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'rcc-slurm-'));
  const cluster = new RunningCluster(await writeFiles(folder, options));
  try {
    await cluster.start('munged');
    if (options.accounting) await cluster.startDatabase();
    for (const daemon of ['slurmctld', ...nodes] as const) await cluster.start(daemon);
    return cluster;
  } catch (error) {
    if (process.env.RCC_KEEP_CLUSTER === undefined) await cluster.stop();
    throw error;
  }
}
