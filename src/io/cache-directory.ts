import { homedir } from 'node:os';
import { join } from 'node:path';

/** `RCC_CACHE_DIR`, or `rcc` in XDG_CACHE_HOME, or in the home folder's `.cache`; an empty variable counts as none. */
export function defaultCacheDirectory(env: Readonly<Record<string, string | undefined>>): string {
  return env.RCC_CACHE_DIR || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'rcc');
}
