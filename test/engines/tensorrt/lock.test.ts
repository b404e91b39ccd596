import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { withLock } from '../../../engines/tensorrt/lock.ts';

const directory = await mkdtemp(join(tmpdir(), 'rcc-lock-'));
afterAll(() => rm(directory, { recursive: true, force: true }));
let count = 0;
const freshPath = () => join(directory, 'deep', `${count++}.lock`);

async function makeLock(path: string, owner: object | undefined, ageMs = 0): Promise<void> {
  await mkdir(path, { recursive: true });
  if (owner) await writeFile(join(path, 'owner.json'), JSON.stringify(owner));
  const then = new Date(Date.now() - ageMs);
  await utimes(path, then, then);
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

test('a lock of another host is taken over only after it has been silent for a minute', async () => {
  const path = freshPath();
  await makeLock(path, { host: 'elsewhere', pid: 1 }, 120_000);
  expect(await withLock(path, {}, async () => 'mine')).toBe('mine');
  await makeLock(path, { host: 'elsewhere', pid: 1 });
  const waited: string[] = [];
  const controller = new AbortController();
  const waiting = withLock(
    path,
    { signal: controller.signal, onWait: (owner) => waited.push(owner) },
    async () => 'mine',
  );
  await sleep(150);
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  expect(waited).toEqual(['process 1 on elsewhere']);
});

test('where no lock can be made, the reason is passed on', async () => {
  const impossible = withLock('/dev/null/deep/x.lock', {}, async () => 1);
  await expect(impossible).rejects.toMatchObject({ code: 'ENOTDIR' });
});
