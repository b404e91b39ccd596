import { join } from 'node:path';
import { findOnPath, isExecutable } from '../find-program.ts';
import { wheelVersion } from './wheel.ts';

/** A Python that may have the package, and who named it. */
export interface Python {
  readonly path: string;
  /** `--python`, `RCC_PYTHON`, `rcc doctor --setup tensorrt-rtx` or `PATH`. */
  readonly source: string;
}

export interface PythonRequest {
  /** Value of `--python`. */
  readonly python?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** rcc's cache: the environment that `setupTensorrtRtx` makes lies in it. */
  readonly cacheDirectory: string;
}

const windows = process.platform === 'win32';

/** Folder of the virtual environment that rcc sets up: one for each release of the wheel. */
export function environmentPath(cacheDirectory: string): string {
  return join(cacheDirectory, 'tensorrt-rtx', wheelVersion);
}

/** The interpreter inside a virtual environment. */
export function interpreterOf(environment: string): string {
  return windows ? join(environment, 'Scripts', 'python.exe') : join(environment, 'bin', 'python');
}

/** The Python of the system: to make an environment with. */
export async function findSystemPython({ env }: PythonRequest): Promise<Python | undefined> {
  const names = windows ? ['python.exe', 'py.exe'] : ['python3', 'python'];
  const path = await findOnPath(names, env.PATH);
  return path === undefined ? undefined : { path, source: 'PATH' };
}

/** Where to look, in order: `--python`, RCC_PYTHON, the environment that rcc set up, PATH. Starts nothing. */
export async function findPython(request: PythonRequest): Promise<Python | undefined> {
  const { python, env, cacheDirectory } = request;
  if (python) return { path: python, source: '--python' };
  if (env.RCC_PYTHON) return { path: env.RCC_PYTHON, source: 'RCC_PYTHON' };
  const own = interpreterOf(environmentPath(cacheDirectory));
  if (await isExecutable(own)) return { path: own, source: 'rcc doctor --setup tensorrt-rtx' };
  return findSystemPython(request);
}
