import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { nvidiaSmiStandIn, trtexecStandIn } from '../engines/tensorrt/helpers.ts';
import { rccIn } from '../helpers/cli.ts';
import type { Cluster } from './cluster.ts';

/** As `rcc farm status --json` tells. */
interface CellData {
  readonly key: string;
  readonly state: string;
  readonly reason?: string;
  readonly node?: string;
  readonly attempts: readonly { readonly name: string; readonly state: string }[];
  readonly tasks: readonly { readonly id: string }[];
  readonly next?: string;
}

/** What every task does before its kit: it finds the stand-ins, and what the drill says in `drill.sh`. */
function siteText(folder: string): string {
  const classOf = (name: string) => ({
    ...{ partition: name, memory: '10M' },
    setup: [`export STAND_IN_GPU=${name}`, `. "${folder}/drill.sh"`],
  });
  const gpus = { t4: classOf('t4'), v100: classOf('v100') };
  return JSON.stringify({ schemaVersion: 1, gpus, limits: { minutes: 60 } });
}

/** Waits while the drill holds it, and then is the stand-in. */
const heldTrtexec = `#!/bin/sh
case " $* " in *' --help '*) ;; *) while [ -e "$DRILL/hold" ]; do sleep 0.1; done ;; esac
exec '${trtexecStandIn}' "$@"
`;

export interface DrillOptions {
  /** Arguments of `rcc farm plan` beside the spec; default: one cell on a T4. */
  readonly plan?: readonly string[];
  /** Builds wait from the beginning. */
  readonly isHeld?: boolean;
}

/** A farm on a cluster, with the real commands and the real kit; trtexec is the stand-in. */
export class DrillFarm {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  readonly #cluster: Cluster;
  readonly #folder: string;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#folder = mkdtempSync(join(cluster.folder, 'drill-'));
    this.path = join(this.#folder, 'farm');
    const trtexec = join(this.#folder, 'trtexec');
    writeFileSync(trtexec, heldTrtexec);
    chmodSync(trtexec, 0o755);
    writeFileSync(join(this.#folder, 'site.json'), siteText(this.#folder));
    this.pretend();
    const cache = { RCC_CACHE_DIR: join(this.#folder, 'cache') };
    this.env = { ...cluster.env, ...cache, TRTEXEC: trtexec, NVIDIA_SMI: nvidiaSmiStandIn };
  }

  at(...names: readonly string[]): string {
    return join(this.path, ...names);
  }

  /** Lines of sh for tasks that begin from now on. */
  pretend(...lines: readonly string[]): void {
    const text = [`export DRILL="${this.#folder}"`, ...lines, ''].join('\n');
    writeFileSync(join(this.#folder, 'drill.sh'), text);
  }

  /** A program that tasks find first. */
  shim(name: string, text: string): void {
    const folder = join(this.#folder, 'shims');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), 0o755);
    this.pretend(`PATH="${folder}:$PATH"`);
  }

  /** trtexec waits from now on. */
  hold(): void {
    writeFileSync(join(this.#folder, 'hold'), '');
  }

  go(): void {
    rmSync(join(this.#folder, 'hold'), { force: true });
  }

  /** `rcc farm COMMAND FARM …`, in this process. */
  rcc(command: string, ...argv: readonly string[]) {
    return rccIn({ env: this.env }, 'farm', command, this.path, ...argv);
  }

  /** The same, giving up soon where no controller answers. */
  rccInSilence(command: string) {
    const env = { ...this.env, ...this.#cluster.impatient };
    return rccIn({ env }, 'farm', command, this.path);
  }

  async plan(...argv: readonly string[]) {
    const shared = ['--batches', '1', '--iterations', '40', '--duration', '0', '-o', this.path];
    const site = ['--site', join(this.#folder, 'site.json'), ...shared];
    const spec = 'examples/digits/digits.rn';
    const planned = await rccIn({ env: this.env }, 'farm', 'plan', spec, ...argv, ...site);
    expect(planned.exitCode, planned.stderr).toBe(0);
    return planned;
  }

  async status(): Promise<readonly CellData[]> {
    const { stdout, stderr } = await this.rcc('status', '--json');
    expect(stdout, stderr).not.toBe('');
    return JSON.parse(stdout).result.cells;
  }

  /** States of all cells, in the order of the plan. */
  async states(): Promise<readonly string[]> {
    return (await this.status()).map(({ state }) => state);
  }

  /** The only cell of a farm that has one. */
  async cell(): Promise<CellData> {
    const [cell] = await this.status();
    if (!cell) throw new Error('no cell');
    return cell;
  }

  attempts(key: string): readonly string[] {
    const folder = this.at('attempts', key);
    return existsSync(folder) ? readdirSync(folder).toSorted() : [];
  }

  /** Until so many attempts of a cell have come to trtexec; the folder of the last. */
  async begun(key: string, count = 1): Promise<string> {
    const last = () => this.at('attempts', key, this.attempts(key)[count - 1] ?? '.none');
    const hasPlan = () => /^plan=[1-9]/m.test(readFileSync(join(last(), 'env.txt'), 'utf8'));
    await this.#cluster.until(
      `attempt ${count} of ${key} begins`,
      () => existsSync(join(last(), 'env.txt')) && hasPlan(),
    );
    return last();
  }

  /** Until no cell waits, runs or is unknown. */
  async settled(): Promise<readonly string[]> {
    let states: readonly string[] = [];
    await this.#cluster.until(
      'the farm comes to rest',
      async () => {
        states = await this.states();
        return !states.some((state) => ['queued', 'running', 'unknown'].includes(state));
      },
      120_000,
    );
    return states;
  }

  async submit(...argv: readonly string[]): Promise<void> {
    const { exitCode, stderr } = await this.rcc('run', ...argv);
    expect(exitCode, stderr).toBe(0);
  }

  /** Everything is done, each cell has its figures once, and there is nothing more to submit. */
  async expectAllOnce(): Promise<void> {
    const states = await this.settled();
    expect(
      states.every((state) => state === 'done'),
      states.join(),
    ).toBe(true);
    expect((await this.rcc('run')).stdout).toContain('Nothing to submit');
    expect((await this.rcc('collect')).exitCode).toBe(0);
    const { rows, missing } = JSON.parse(readFileSync(this.at('bench.json'), 'utf8'));
    expect(missing).toEqual([]);
    expect(rows).toHaveLength(states.length);
    const cellOf = ({ model, precision, batch, provenance }: (typeof rows)[number]) =>
      [model, precision, batch, provenance.gpu].join(' ');
    expect(new Set(rows.map(cellOf)).size).toBe(states.length);
    for (const { provenance } of rows) expect(provenance.standIn).toBe(true);
  }
}

/** Plans a farm of its own for a drill. */
export async function drillFarm(
  cluster: Cluster,
  { plan = ['--fp16', '--gpu', 't4'], isHeld = false }: DrillOptions = {},
): Promise<DrillFarm> {
  const farm = new DrillFarm(cluster);
  if (isHeld) farm.hold();
  await farm.plan(...plan);
  return farm;
}
