import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { withLock } from '../../src/io/lock.ts';

const directory = await mkdtemp(join(tmpdir(), 'rcc-lock-'));
afterAll(() => rm(directory, { recursive: true, force: true }));
let count = 0;
const freshPath = () => join(directory, 'deep', `${count++}.lock`);

async function makeLock(path: string, owner: object | undefined): Promise<void> {
  await mkdir(path, { recursive: true });
  if (owner) await writeFile(join(path, 'owner.json'), JSON.stringify(owner));
}

test('one at a time, in a process too', async () => {
  const path = freshPath();
  let inside = 0;
  let most = 0;
  const enter = () =>
    withLock(path, {}, async () => {
      most = Math.max(most, ++inside);
      await sleep(20);
      inside--;
    });
  await Promise.all(Array.from({ length: 5 }, enter));
  expect(most).toBe(1);
  expect(existsSync(path)).toBe(false);
});

test('whoever waits is told for whom, however many want it at once', async () => {
  const waitedFor: string[] = [];
  for (let round = 0; round < 8; round++) {
    const path = freshPath();
    const enter = () =>
      withLock(path, { onWait: (owner) => waitedFor.push(owner) }, () => sleep(1));
    await Promise.all([enter(), enter()]);
  }
  const own = `process ${process.pid} on ${hostname()}`;
  expect(waitedFor.filter((owner) => owner !== own)).toEqual([]);
});

test('a lock that was taken over is not taken away by its first holder', async () => {
  const path = freshPath();
  await withLock(path, {}, async () => {
    await rm(path, { recursive: true });
    await makeLock(path, { host: 'elsewhere', pid: 1, id: 'other' });
  });
  expect(existsSync(path)).toBe(true);
});

test('a lock that does not say whose it is is taken over after a silence', async () => {
  const path = freshPath();
  await makeLock(path, undefined);
  await writeFile(join(path, 'owner.json'), 'not JSON');
  expect(await withLock(path, { silenceMs: 300 }, async () => 'mine')).toBe('mine');
});

test('a failure inside gives the lock back and is passed on', async () => {
  const path = freshPath();
  const failing = withLock(path, {}, async () => {
    throw new Error('inside');
  });
  await expect(failing).rejects.toThrow('inside');
  expect(existsSync(path)).toBe(false);
});

test('the lock of a process that is gone is taken over', async () => {
  const path = freshPath();
  await makeLock(path, { host: hostname(), pid: 2 ** 22 + 1 });
  expect(await withLock(path, {}, async () => 'mine')).toBe('mine');
});

const hourMs = 3_600_000;

test.concurrent.each([
  ['an hour behind', -hourMs],
  ['right', 0],
  ['an hour ahead', hourMs],
])('a lock of another host whose clock is %s is taken over when it gives no sign, and not before', async (_, skewMs) => {
  const path = freshPath();
  const silenceMs = 1000;
  await makeLock(path, { host: 'elsewhere', pid: 1 });
  const signed = () => new Date(Date.now() + skewMs);
  const sign = () => utimes(join(path, 'owner.json'), signed(), signed()).catch(() => {});
  await sign();
  const waited: string[] = [];
  let isMine = false;
  const request = { silenceMs, onWait: (owner: string) => void waited.push(owner) };
  const waiting = withLock(path, request, async () => {
    isMine = true;
  });
  const signing = setInterval(sign, 50);
  await sleep(2.5 * silenceMs);
  expect(isMine).toBe(false);
  clearInterval(signing);
  const startedMs = performance.now();
  await waiting;
  expect(performance.now() - startedMs).toBeGreaterThan(silenceMs - 200);
  expect(waited).toEqual(['process 1 on elsewhere']);
});

test('a holder gives signs for as long as its task takes', async () => {
  const path = freshPath();
  const silenceMs = 1000;
  const steps: string[] = [];
  const first = withLock(path, { silenceMs }, async () => {
    steps.push('first');
    // Seen as one of another host, which only its signs keep.
    const owner = JSON.parse(await readFile(join(path, 'owner.json'), 'utf8'));
    await writeFile(join(path, 'owner.json'), JSON.stringify({ ...owner, host: 'elsewhere' }));
    await sleep(2.5 * silenceMs);
    steps.push('first ends');
  });
  await sleep(100);
  await withLock(path, { silenceMs }, async () => void steps.push('second'));
  await first;
  expect(steps).toEqual(['first', 'first ends', 'second']);
});

test('a lock of another host is waited for though no process here has its number', async () => {
  const path = freshPath();
  await makeLock(path, { host: 'elsewhere', pid: 2 ** 22 + 1, id: 'theirs' });
  const controller = new AbortController();
  const waiting = withLock(path, { signal: controller.signal }, async () => 'mine');
  await sleep(250);
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  expect(existsSync(path)).toBe(true);
});

test.each([
  ['null'],
  ['[]'],
  ['{"host": 5, "pid": 1, "id": "a"}'],
  ['{"host": "elsewhere", "pid": "1", "id": "a"}'],
  ['{"host": "elsewhere", "pid": 0, "id": "a"}'],
  ['{"host": "elsewhere", "pid": -1, "id": "a"}'],
  ['{"host": "elsewhere", "pid": 1.5, "id": "a"}'],
  ['['.repeat(100_000)],
])('an owner that cannot be is none: the lock is waited for, and nobody is named: %.60s', async (text) => {
  const path = freshPath();
  await makeLock(path, undefined);
  await writeFile(join(path, 'owner.json'), text);
  const waited: string[] = [];
  const controller = new AbortController();
  const request = { signal: controller.signal, onWait: (owner: string) => void waited.push(owner) };
  const waiting = withLock(path, request, async () => 'mine');
  await sleep(150);
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  expect(waited).toEqual([]);
});

test('where no lock can be made, the reason is passed on', async () => {
  const impossible = withLock('/dev/null/deep/x.lock', {}, async () => 1);
  await expect(impossible).rejects.toMatchObject({ code: 'ENOTDIR' });
});
