import { rmSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createDiagnostic } from '../../../src/diagnostics/diagnostic.ts';
import { errorCode } from '../../../src/diagnostics/error-code.ts';
import { replaceFile } from '../../../src/io/artifact.ts';
import { onExit } from '../../../src/io/exit-cleanup.ts';
import { withLock } from '../../../src/io/lock.ts';
import { copyFile } from '../../../src/io/open-file.ts';
import { machineKey, type TensorrtEngineOptions } from './context.ts';

/** The file that holds kernel times for this release and GPU, or undefined where the intent wants none. */
export function sharedCachePath(options: TensorrtEngineOptions): string | undefined {
  const { timingCache } = options.intent;
  if (timingCache === 'none') return undefined;
  return timingCache === 'shared'
    ? join(options.cacheDirectory, 'tensorrt', `${machineKey(options.machine)}.timing`)
    : timingCache;
}

export interface GpuTurn {
  readonly signal?: AbortSignal | undefined;
  readonly report?: ((progress: string) => void) | undefined;
}

/** Runs a build or a timing while no other rcc of this user builds or times on the GPU: both would measure each other. */
export async function takeTurn<T>(
  options: TensorrtEngineOptions,
  turn: GpuTurn,
  task: () => Promise<T>,
): Promise<T> {
  const path = join(options.cacheDirectory, 'tensorrt', `${machineKey(options.machine)}.lock`);
  let started = false;
  const guarded = () => {
    started = true;
    return task();
  };
  const onWait = (owner: string) => turn.report?.(`waiting for the GPU: ${owner} uses it`);
  try {
    return await withLock(path, { signal: turn.signal, onWait }, guarded);
  } catch (error) {
    const reason = errorCode(error);
    if (started || turn.signal?.aborted || reason === undefined) throw error;
    const facts = { path: dirname(path), reason };
    options.onNote?.(createDiagnostic('tensorrt-cache-unusable', facts));
    return task();
  }
}

/**
 * Lends the shared timing cache to a build as a file in the artifact's folder, which a container sees, and takes back what the build added.
 * To be called while the turn is held. A cache that cannot be read or written is no failure of the build.
 */
export async function lendTimingCache<T>(
  options: TensorrtEngineOptions,
  workingPath: string,
  task: () => Promise<T>,
): Promise<T> {
  const shared = sharedCachePath(options);
  if (!shared) return task();
  // trtexec leaves its lock beside the cache from 8.6 on.
  const working = [workingPath, `${workingPath}.lock`];
  const remove = () => Promise.all(working.map((path) => rm(path, { force: true })));
  const forget = onExit(() => {
    for (const path of working) rmSync(path, { force: true });
  });
  try {
    await remove();
    await copyFile(shared, workingPath, 'timing cache').catch(() => {});
    const result = await task();
    await keep(workingPath, shared).catch((error) => {
      const facts = { path: shared, reason: error instanceof Error ? error.message : 'unknown' };
      options.onNote?.(createDiagnostic('tensorrt-cache-unusable', facts));
    });
    return result;
  } finally {
    forget();
    await remove();
  }
}

async function keep(workingPath: string, shared: string): Promise<void> {
  const written = await stat(workingPath).catch(() => undefined);
  if (!written || written.size === 0) return;
  await replaceFile(shared, (partial) => copyFile(workingPath, partial, 'timing cache'));
}
