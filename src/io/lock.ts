import { randomUUID } from 'node:crypto';
import { renameSync, rmSync } from 'node:fs';
import { mkdir, open, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '../diagnostics/error-code.ts';
import { onExit } from './exit-cleanup.ts';
import { isRunning } from './is-running.ts';
import { readBytesSync } from './open-file.ts';
import { asFields } from './outside-fields.ts';
import { readJson } from './outside-json.ts';

/** A holder without a sign for so long has its lock taken away; it gives one twelve times as often. */
const usualSilenceMs = 60_000;
const signsPerSilence = 12;
const retryMs = 100;

interface Owner {
  readonly host: string;
  readonly pid: number;
  /** Tells one lock from the next of the same process. */
  readonly id: string;
}

export interface LockRequest {
  readonly signal?: AbortSignal | undefined;
  /** Called once if somebody else holds the lock. */
  onWait?(owner: string): void;
  /** How long whoever waits sees no sign of a holder before it takes the lock; the same for all who want one. Default: a minute. */
  readonly silenceMs?: number;
}

const ownerFile = 'owner.json';

/** A lock of nobody, where the text does not say whose it is. */
function ownerIn(text: string): Owner | undefined {
  const { host, pid, id = '' } = asFields(readJson(text).value) ?? {};
  if (typeof host !== 'string' || !Number.isSafeInteger(pid) || typeof id !== 'string')
    return undefined;
  // 0 and what is below it are groups of processes.
  return (pid as number) > 0 ? { host, pid: pid as number, id } : undefined;
}

/** Synchronous, as it serves a process that exits too. */
function readOwner(path: string): Owner | undefined {
  try {
    return ownerIn(new TextDecoder().decode(readBytesSync(join(path, ownerFile), 'lock')));
  } catch {
    return undefined;
  }
}

/** What changes with each sign of a holder. Opened, as a file server tells the truth of a file that is opened, and of others what it was a minute ago. */
async function readSign(path: string): Promise<string> {
  const file = await open(join(path, ownerFile)).catch(() => undefined);
  if (!file) return '';
  try {
    const { ino, mtimeMs } = await file.stat();
    return `${ino} ${mtimeMs}`;
  } finally {
    await file.close();
  }
}

/**
 * How long a holder has given no sign, by this process's own clock alone: the clock of another machine, or of its file server, may be an hour off.
 * What a holder did before it was looked at does not count.
 */
function silenceOf(path: string): () => Promise<number> {
  let seen = { sign: '', sinceMs: performance.now() };
  return async () => {
    const sign = await readSign(path);
    if (sign !== seen.sign) seen = { sign, sinceMs: performance.now() };
    return performance.now() - seen.sinceMs;
  };
}

const isGone = (owner: Owner | undefined): boolean =>
  owner?.host === hostname() && !isRunning(owner.pid);

/** Takes a lock away that is still of this owner. */
function removeLock(path: string, owner: Owner | undefined): void {
  // Moved first: a folder that is emptied where it stands could be taken while it is emptied.
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
    // Somebody else was faster: what was moved is a fresh lock.
    if (owner && readOwner(aside)?.id !== owner.id) renameSync(aside, path);
  } catch {
    // Gone already, or taken anew meanwhile.
  }
  rmSync(aside, { recursive: true, force: true });
}

const takenCodes: readonly (string | undefined)[] = ['ENOTEMPTY', 'EEXIST', 'EPERM'];

/** Makes the lock with its owner in it; false where there is one already. */
async function tryAcquire(path: string, owner: Owner): Promise<boolean> {
  const candidate = `${path}.${randomUUID()}`;
  // The folder of the lock may have gone with the last holder.
  await mkdir(candidate, { recursive: true });
  try {
    await writeFile(join(candidate, ownerFile), JSON.stringify(owner));
    await rename(candidate, path);
    return true;
  } catch (error) {
    await rm(candidate, { recursive: true, force: true });
    if (takenCodes.includes(errorCode(error))) return false;
    throw error;
  }
}

async function acquire(path: string, request: LockRequest): Promise<Owner> {
  const { silenceMs = usualSilenceMs } = request;
  const silence = silenceOf(path);
  const own: Owner = { host: hostname(), pid: process.pid, id: randomUUID() };
  let told = false;
  await mkdir(dirname(path), { recursive: true });
  for (;;) {
    const owner = readOwner(path);
    if (!owner && (await tryAcquire(path, own))) return own;
    request.signal?.throwIfAborted();
    const isSilent = (await silence()) > silenceMs;
    if (isGone(owner) || isSilent) {
      removeLock(path, owner);
      continue;
    }
    if (owner && !told) {
      told = true;
      request.onWait?.(`process ${owner.pid} on ${owner.host}`);
    }
    await sleep(retryMs);
  }
}

/**
 * Runs `task` while this process alone holds the lock at `path`: a folder that comes into its place with its owner in it, since a folder never replaces
 * one that holds something. Waits for another holder; takes the lock of one that is gone, or was silent for a minute while it was waited for. Throws what the file system throws where the lock cannot be made.
 */
export async function withLock<T>(
  path: string,
  request: LockRequest,
  task: () => Promise<T>,
): Promise<T> {
  const owner = await acquire(path, request);
  const release = () => removeLock(path, owner);
  const forget = onExit(release);
  const sign = () => utimes(join(path, ownerFile), new Date(), new Date()).catch(() => {});
  const { silenceMs = usualSilenceMs } = request;
  const timer = setInterval(sign, silenceMs / signsPerSilence).unref();
  try {
    return await task();
  } finally {
    clearInterval(timer);
    forget();
    release();
  }
}
