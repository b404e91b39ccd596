/*
 * What is not whole yet has a name of this form, in the folder that it is for:
 *
 *     .rcc.HOST.PID.COUNT.partial
 *
 * A run that is killed outright leaves it; the next run that writes into the folder sees from the name that its writer is gone.
 */

import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isRunning } from './is-running.ts';
import { undoSwap } from './swap-files.ts';

/** The name of a machine as a part of a file's name. */
export function nameOfHost(name: string): string {
  return name.replaceAll(/[^\w-]/g, '_').slice(0, 64);
}

const host = nameOfHost(hostname());
const partialPattern = /^\.rcc\.(?<host>.+)\.(?<pid>\d+)\.\d+\.partial$/;
/** After this long a partial file is stale wherever its writer ran: containers share folders, but neither names nor process ids. */
const partialLifeMs = 24 * 60 * 60 * 1000;

let partialCount = 0;

/** A name in a folder that nobody else uses. */
export function partialPath(directory: string): string {
  return join(directory, `.rcc.${host}.${process.pid}.${partialCount++}.partial`);
}

function isStale(partial: { host: string; pid: number }, modifiedMs: number): boolean {
  if (Date.now() - modifiedMs > partialLifeMs) return true;
  if (partial.host !== host) return false;
  if (partial.pid !== process.pid) return !isRunning(partial.pid);
  // Our own id on a file older than this process: an earlier process had the same id, as in every fresh container.
  return modifiedMs < Date.now() - process.uptime() * 1000 - 1000;
}

/** Takes back what a killed run had half put in place, and removes what it left. A run beside this one may do the same. */
async function removePartial(path: string, directory: string): Promise<void> {
  try {
    undoSwap(path, directory);
    await rm(path, { recursive: true });
  } catch {
    // What cannot be removed is in nobody's way.
  }
}

/** Removes what killed runs left in a folder. What running processes write stays. */
export async function removeStalePartials(directory: string): Promise<void> {
  // A folder that may be written but not listed is no reason to fail.
  for (const name of await readdir(directory).catch(() => [])) {
    const found = partialPattern.exec(name)?.groups;
    if (!found?.host) continue;
    const path = join(directory, name);
    // A run beside this one may finish or clean up between any two of these calls.
    const modifiedMs = (await stat(path).catch(() => undefined))?.mtimeMs;
    if (modifiedMs === undefined) continue;
    if (isStale({ host: found.host, pid: Number(found.pid) }, modifiedMs)) {
      await removePartial(path, directory);
    }
  }
}
