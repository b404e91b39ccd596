import { fail } from '../../src/diagnostics/diagnostic.ts';
import { defaultCacheDirectory } from '../../src/io/cache-directory.ts';
import { findOwnPython, findPython, type PythonRequest } from '../python/find-python.ts';
import type { Installation } from '../python/installation.ts';
import { failMissing, type Probe, probePython } from '../python/probe.ts';
import type { TargetRequest } from '../target.ts';
import { leastRelease, openvinoPackage } from './package.ts';

/** Whether a release, `2026.4.1`, is not before another. */
export function isFrom(version: string, least: string): boolean {
  const [found, wanted] = [version, least].map((text) => text.split('.').map(Number));
  const at = (wanted ?? []).findIndex((part, i) => part !== (found?.[i] ?? 0));
  return at < 0 || (found?.[at] ?? 0) > (wanted?.[at] ?? 0);
}

export function pythonRequest(
  env: PythonRequest['env'],
  python: string | undefined,
): PythonRequest {
  return { python, env, cacheDirectory: defaultCacheDirectory(env) };
}

/** Asks for the release without loading it: an engine is to run within a second of the command. Requests that share `found` ask once. */
async function probeQuickly(
  request: PythonRequest,
  { found }: Pick<TargetRequest, 'found'>,
  find: typeof findPython,
): Promise<Probe> {
  const python = await find(openvinoPackage, request);
  if (!python) return { found: false, reason: 'no Python was found' };
  const key = JSON.stringify(['openvino', python.path]);
  const known = found?.get(key) as Promise<Probe> | undefined;
  const probe = known ?? probePython(openvinoPackage, python, ['--find']);
  found?.set(key, probe);
  return await probe;
}

/** The Python with OpenVINO. Throws DiagnosticError where there is none, or its release is too old. */
export async function requireOpenvino(
  request: PythonRequest,
  asked: Pick<TargetRequest, 'found'> = {},
): Promise<Installation> {
  const probe = await probeQuickly(request, asked, findPython);
  if (!probe.found) return failMissing(openvinoPackage, probe);
  const { version, python } = probe.installation;
  if (!isFrom(version, leastRelease)) {
    fail('openvino-release', { version, python: python.path, least: leastRelease });
  }
  return probe.installation;
}

/** As `requireOpenvino` where OpenVINO was set up or its Python named; undefined where it was not: the system's Python is not asked. */
export async function findSetUp(
  request: PythonRequest,
  asked: Pick<TargetRequest, 'found'>,
): Promise<Installation | undefined> {
  const own = await findOwnPython(openvinoPackage, request);
  return own ? await requireOpenvino(request, asked) : undefined;
}
