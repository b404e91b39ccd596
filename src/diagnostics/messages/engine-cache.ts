import { row } from '../message-row.ts';

export const engineCacheMessages = {
  'engine-cache-variable': row<{ text: string }>({
    severity: 'error',
    message: ({ text }) =>
      `The variable RCC_ENGINE_CACHE is '${text}': it takes 'off', or the most that the engine cache may hold, as 20GiB.`,
    cause: 'The environment variable RCC_ENGINE_CACHE has a value that is neither.',
    cure: 'Say RCC_ENGINE_CACHE=off, RCC_ENGINE_CACHE=5GiB, or unset it.',
  }),
  'engine-cache-unusable': row<{ path: string; reason: string }>({
    severity: 'note',
    message: ({ path, reason }) =>
      `The engine was not kept in the cache ${path} (${reason}): the next build takes its full time.`,
    cause: 'The folder of the engine cache cannot be written, or the disk is full.',
    cure: 'Set RCC_CACHE_DIR to a folder that can be written, make room with rcc cache gc, or say --no-engine-cache.',
  }),
  'engine-cache-damaged': row<{ digest: string; problem: string }>({
    severity: 'note',
    message: ({ digest, problem }) =>
      `The engine ${digest.slice(0, 12)} of the cache cannot be used (${problem}): it is built anew.`,
    cause: 'A file of the engine cache was changed, cut short or removed.',
    cure: 'Nothing needs to be done.',
  }),
  'engine-cache-dropped': row<Record<string, never>>({
    severity: 'note',
    message: () =>
      'The engine that failed came from the cache, and was removed from it: the same command builds another.',
    cause:
      'An engine from the engine cache did not pass the audit or the check against the network.',
    cure: 'Run the command again.',
  }),
};
