import { join } from 'node:path';
import { fail } from '../diagnostics/diagnostic.ts';
import { defaultCacheDirectory } from '../io/cache-directory.ts';
import { readSize } from './quantities.ts';

/** Where built engines are kept, each in a folder that its key names. */
export interface EngineCache {
  readonly directory: string;
  /** What is kept is no more than this; what was used least lately goes first. */
  readonly limitBytes: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `RCC_ENGINE_CACHE` takes it off. */
const off = 'off';
const defaultLimitBytes = 20 * 2 ** 30;

function limitOf(text: string | undefined): number {
  if (!text || text === off) return defaultLimitBytes;
  return readSize(text) ?? fail('engine-cache-variable', { text });
}

/** The cache of this user, whether compilations use it or not. Throws DiagnosticError where the variable says neither `off` nor a size. */
export function engineCacheAt(env: Environment): EngineCache {
  const directory = join(defaultCacheDirectory(env), 'engines');
  return { directory, limitBytes: limitOf(env.RCC_ENGINE_CACHE) };
}

/** The cache that compilations take engines from and keep them in; undefined where it is off. Throws as `engineCacheAt`. */
export function engineCacheFor(env: Environment, isWanted = true): EngineCache | undefined {
  return isWanted && env.RCC_ENGINE_CACHE !== off ? engineCacheAt(env) : undefined;
}
