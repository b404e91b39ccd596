import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onExit } from '../../src/io/exit-cleanup.ts';

/** A holder shows that it lives this often; without a sign for `silentMs` its lock is taken away. */
const signEveryMs = 5000;
const silentMs = 60_000;
const retryMs = 100;

interface Owner {
  readonly host: string;
  readonly pid: number;
}

export interface LockRequest {
  readonly signal?: AbortSignal | undefined;
  /** Called once if somebody else holds the lock. */
  onWait?(owner: string): void;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(join(path, 'owner.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

async function isStale(path: string, owner: Owner | undefined): Promise<boolean> {
  if (owner?.host === hostname() && !isRunning(owner.pid)) return true;
  const made = await stat(path).catch(() => undefined);
  return made !== undefined && Date.now() - made.mtimeMs > silentMs;
}

async function removeStale(path: string): Promise<void> {
  // Renamed first: of several that see it stale, one removes it and no fresh lock is lost.
  const aside = `${path}.${randomUUID()}`;
  await rename(path, aside).catch(() => {});
  await rm(aside, { recursive: true, force: true });
}

async function tryAcquire(path: string): Promise<boolean> {
  try {
    await mkdir(path);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
  const owner: Owner = { host: hostname(), pid: process.pid };
  await writeFile(join(path, 'owner.json'), JSON.stringify(owner));
  return true;
}

async function acquire(path: string, request: LockRequest): Promise<void> {
  let told = false;
  await mkdir(dirname(path), { recursive: true });
  while (!(await tryAcquire(path))) {
    request.signal?.throwIfAborted();
    const owner = await readOwner(path);
    if (await isStale(path, owner)) {
      await removeStale(path);
      continue;
    }
    if (!told)
      request.onWait?.(owner ? `process ${owner.pid} on ${owner.host}` : 'another process');
    told = true;
    await sleep(retryMs);
  }
}

/**
 * Runs `task` while this process alone holds the lock at `path` (a folder: making one is atomic on every file system). Waits for another holder;
 * takes the lock of one that is gone. Throws what the file system throws where the lock cannot be made.
 */
export async function withLock<T>(
  path: string,
  request: LockRequest,
  task: () => Promise<T>,
): Promise<T> {
  await acquire(path, request);
  const forget = onExit(() => rmSync(path, { recursive: true, force: true }));
  const sign = () => utimes(path, new Date(), new Date()).catch(() => {});
  const timer = setInterval(sign, signEveryMs).unref();
  try {
    return await task();
  } finally {
    clearInterval(timer);
    forget();
    await rm(path, { recursive: true, force: true });
  }
}
