import { type FSWatcher, statSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Editors write a file in several steps. */
const settleMs = 100;

/** A file is watched by its folder, as editors put another in its place. */
function watchersOf(paths: readonly string[], onChange: () => void): readonly FSWatcher[] {
  const names = new Set(paths.map((path) => basename(path)));
  const folders = new Set(paths.map((path) => dirname(path)));
  return [...folders].flatMap((folder) => {
    if (!statSync(folder, { throwIfNoEntry: false })) return [];
    return [watch(folder, (_event, name) => name !== null && names.has(name) && onChange())];
  });
}

/** Ends with the first change of a file, or by the signal. */
async function change(files: readonly string[], signal: AbortSignal): Promise<void> {
  let wake = (): void => undefined;
  const woken = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const watchers = watchersOf(files, wake);
  signal.addEventListener('abort', wake, { once: true });
  try {
    if (!signal.aborted) await woken;
  } finally {
    signal.removeEventListener('abort', wake);
    for (const watcher of watchers) watcher.close();
  }
}

/** At once, and after every change of one of the files that are asked for each time: the time of it. Ends by the signal alone, which is how one stops to watch. */
export async function* watchFiles(
  files: () => readonly string[],
  signal: AbortSignal,
): AsyncGenerator<Date> {
  while (!signal.aborted) {
    yield new Date();
    await change(files(), signal);
    await pause(settleMs);
  }
}
