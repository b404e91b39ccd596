import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, hasSlurm, startCluster } from './cluster.ts';
import { type DrillFarm, drillFarm } from './drill-farm.ts';

/** A disk of its own for a folder; false where that is not allowed. */
function mountDisk(folder: string, sizeMb: number): boolean {
  mkdirSync(folder, { recursive: true });
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m`, 'tmpfs', folder]).status === 0;
}

/** Writes until nothing more goes in. */
function fillUp(path: string): void {
  const block = Buffer.alloc(64 * 1024);
  try {
    for (;;) appendFileSync(path, block);
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
  }
}

/** The time of every file in a folder, an hour on. */
function moveTimes(folder: string, seconds: number): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    const time = statSync(path).mtimeMs / 1000 + seconds;
    utimesSync(path, time, time);
  }
}

/** What befalls a farm's folder, with the real commands and the real kit on a real Slurm. */
describe.skipIf(!hasSlurm)('drills (skipped where Slurm could not be installed): files', () => {
  let cluster: Cluster;
  const mounted: string[] = [];

  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterEach(async () => {
    await cluster.makeWhole();
    for (const folder of mounted.splice(0)) spawnSync('umount', ['-l', folder]);
  });
  afterAll(() => cluster?.stop());

  /** Does what `status` says about the failed cell. */
  async function retry(farm: DrillFarm): Promise<void> {
    expect((await farm.cell()).next).toContain('rcc farm retry');
    const { stdout, stderr } = await farm.rcc('retry', '--only', 'failed');
    expect(stdout, stderr).toContain('1 cell submitted');
    await farm.expectAllOnce();
  }

  it('a disk too small: failed before anything is built, and done by retry when there is room', async () => {
    const farm = await drillFarm(cluster);
    const folder = farm.at('attempts');
    const isMounted = mountDisk(folder, 2);
    // Where no disk may be mounted: a file cannot grow beyond that.
    if (isMounted) mounted.push(folder);
    else farm.pretend('ulimit -f 2');
    await farm.submit();
    expect(await farm.settled()).toEqual(['failed']);
    expect((await farm.cell()).reason).toContain('too little room');
    expect((await farm.rcc('run')).stdout).toContain('Nothing to submit: 1 failed');
    if (isMounted) spawnSync('mount', ['-o', 'remount,size=200m', folder]);
    farm.pretend();
    await retry(farm);
  });

  it('a disk that fills up in the middle: exit.json has its room, and retry brings it to its end', async () => {
    const farm = await drillFarm(cluster, { isHeld: true });
    const folder = farm.at('attempts');
    const isMounted = mountDisk(folder, 100);
    if (!isMounted) return;
    mounted.push(folder);
    await farm.submit();
    const { key } = await farm.cell();
    const attempt = await farm.begun(key);
    const filler = join(folder, 'filler');
    fillUp(filler);
    farm.go();
    expect(await farm.settled()).toEqual(['failed']);
    expect(existsSync(join(attempt, 'exit.json'))).toBe(true);
    rmSync(filler);
    await retry(farm);
  });

  it('a kit changed after it was submitted: the task refuses it, and so does run, until it is made anew', async () => {
    const farm = await drillFarm(cluster);
    // Both cells wait for the same GPU, which somebody else has.
    const other = cluster.ask(
      'sbatch',
      '--parsable',
      '-p',
      't4',
      '-N2',
      '--gres=gpu:t4:1',
      '--output=/dev/null',
      '--wrap=sleep 600',
    );
    await farm.submit();
    const { key } = await farm.cell();
    const kit = farm.at('kits', key);
    appendFileSync(join(kit, 'expect-logits.bin'), 'x');
    cluster.ask('scancel', other);
    expect(await farm.settled()).toEqual(['failed']);
    expect((await farm.cell()).reason).toContain('changed');
    const refused = await farm.rcc('retry', '--only', 'failed');
    expect(refused.stderr).toContain('farm-kit-changed');
    expect(refused.stderr).toContain(kit);
    expect(refused.exitCode).toBe(5);
    rmSync(kit, { recursive: true });
    await retry(farm);
  });

  it("an attempt's folder deleted while it runs: lost, and run again", async () => {
    const farm = await drillFarm(cluster, { isHeld: true });
    await farm.submit();
    const { key } = await farm.cell();
    rmSync(await farm.begun(key), { recursive: true });
    farm.go();
    expect(await farm.settled()).toEqual(['lost']);
    await farm.submit();
    await farm.expectAllOnce();
    // What was collected stays when the attempts are gone.
    rmSync(farm.at('attempts'), { recursive: true });
    rmSync(farm.at('judgements.jsonl'));
    await farm.expectAllOnce();
  });

  it.each([
    3600, -3600,
  ])('a node whose clock is off by %i s: no state and no figure depends on it', async (skew) => {
    const farm = await drillFarm(cluster, { isHeld: true });
    farm.shim('date', `#!/bin/sh\nexec /bin/date -d "now ${skew} seconds" "$@"\n`);
    await farm.submit();
    const { key, tasks } = await farm.cell();
    const attempt = await farm.begun(key);
    expect((await farm.cell()).state).toBe('running');
    cluster.ask('scontrol', 'requeue', tasks[0]?.id ?? '');
    await farm.begun(key, 2);
    moveTimes(farm.at('attempts'), skew);
    farm.go();
    await cluster.until('it ends', async () => (await farm.cell()).state === 'done');
    moveTimes(farm.at('attempts'), skew);
    await farm.expectAllOnce();
    expect(farm.attempts(key)).toHaveLength(2);
    const started = Number(
      /^started=(\d+)$/m.exec(readFileSync(join(attempt, 'env.txt'), 'utf8'))?.[1],
    );
    expect(Math.abs(started - Date.now() / 1000 - skew)).toBeLessThan(1200);
    // A list of jobs from a clock that is off tells the same tasks.
    const jobs = readFileSync(farm.at('jobs.jsonl'), 'utf8');
    writeFileSync(
      farm.at('jobs.jsonl'),
      jobs.replace(/"time":"[^"]*"/, '"time":"2001-01-01T00:00:00.000Z"'),
    );
    await farm.expectAllOnce();
  });
});
