import { join } from 'node:path';
import { findOnPath, isExecutable } from '../find-program.ts';
import type { PythonPackage } from './package.ts';

/** A Python that may have the package, and who named it. */
export interface Python {
  readonly path: string;
  /** `--python`, `RCC_PYTHON`, `rcc doctor --setup TARGET` or `PATH`. */
  readonly source: string;
}

export interface PythonRequest {
  /** Value of `--python`. */
  readonly python?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** rcc's cache: the environments that `setUpPackage` makes lie in it. */
  readonly cacheDirectory: string;
}

const windows = process.platform === 'win32';

/** Folder of the virtual environment that rcc sets up: one for each release of the wheel. */
export function environmentPath(
  { target, version }: Pick<PythonPackage, 'target' | 'version'>,
  cacheDirectory: string,
): string {
  return join(cacheDirectory, target, version);
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

/** The Python that was meant for the package: `--python`, RCC_PYTHON, or the environment that rcc set up. Starts nothing. */
export async function findOwnPython(
  wanted: Pick<PythonPackage, 'target' | 'version'>,
  { python, env, cacheDirectory }: PythonRequest,
): Promise<Python | undefined> {
  if (python) return { path: python, source: '--python' };
  if (env.RCC_PYTHON) return { path: env.RCC_PYTHON, source: 'RCC_PYTHON' };
  const own = interpreterOf(environmentPath(wanted, cacheDirectory));
  const source = `rcc doctor --setup ${wanted.target}`;
  return (await isExecutable(own)) ? { path: own, source } : undefined;
}

/** Where to look, in order: as `findOwnPython`, then PATH. Starts nothing. */
export async function findPython(
  wanted: Pick<PythonPackage, 'target' | 'version'>,
  request: PythonRequest,
): Promise<Python | undefined> {
  return (await findOwnPython(wanted, request)) ?? (await findSystemPython(request));
}
