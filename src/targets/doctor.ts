import { constants, existsSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DoctorRow } from '../../engines/doctor-row.ts';
import type { TargetName } from '../../engines/engine.ts';
import { onnxruntimeDoctor } from '../../engines/onnxruntime/doctor.ts';
import { tensorrtDoctor } from '../../engines/tensorrt/machine/doctor.ts';
import { checkTensorrtRtx } from '../../engines/tensorrt-rtx/doctor.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';
import { defaultCacheDirectory } from '../io/cache-directory.ts';
import { version } from '../version.ts';

export interface DoctorRequest {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Only this target; default: all of them. */
  readonly target?: TargetName;
  readonly trtexec?: string;
  readonly python?: string;
  readonly signal?: AbortSignal;
}

/** The parts that one target, or rcc itself, needs. */
export interface DoctorGroup {
  readonly name: TargetName | 'rcc';
  /** No part is missing. */
  readonly usable: boolean;
  readonly rows: readonly DoctorRow[];
}

export interface DoctorReport {
  readonly groups: readonly DoctorGroup[];
  /** An error where the target asked for cannot be used; where none was asked for, if none can. */
  readonly diagnostics: readonly Diagnostic[];
}

async function isWritable(folder: string): Promise<boolean> {
  if (!existsSync(folder) && dirname(folder) !== folder) return isWritable(dirname(folder));
  return access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
}

async function ownRows({ env }: DoctorRequest): Promise<DoctorRow[]> {
  const cache = defaultCacheDirectory(env);
  const part = 'cache';
  const needed = 'a folder for timing caches and locks, that can be written';
  const cure =
    'Set RCC_CACHE_DIR to a folder that can be written; builds only take longer without.';
  const node = { part: 'Node', found: process.version, needed: '20.19 or later' };
  return [
    { part: 'rcc', found: version, needed: 'this release', state: 'good' },
    { ...node, state: 'good' },
    (await isWritable(cache))
      ? { part, found: cache, needed, state: 'good' }
      : { part, found: `${cache} cannot be written`, needed, state: 'doubtful', cure },
  ];
}

const checks: Readonly<Record<TargetName, (request: DoctorRequest) => Promise<DoctorRow[]>>> = {
  onnxruntime: () => onnxruntimeDoctor(),
  tensorrt: ({ env, trtexec }) => tensorrtDoctor({ env, trtexec, device: 0 }),
  'tensorrt-rtx': async ({ env, python, signal }) => [
    await checkTensorrtRtx({ env, python, cacheDirectory: defaultCacheDirectory(env) }, signal),
  ],
};

function groupOf(name: DoctorGroup['name'], rows: readonly DoctorRow[]): DoctorGroup {
  return { name, usable: rows.every(({ state }) => state !== 'missing'), rows };
}

/** What each target needs on this machine, what is there, and what to do about the rest. */
export async function examineTargets(request: DoctorRequest): Promise<DoctorReport> {
  const asked = request.target ? [request.target] : (Object.keys(checks) as TargetName[]);
  const targets: DoctorGroup[] = [];
  for (const name of asked) targets.push(groupOf(name, await checks[name](request)));
  const diagnostics = targets.some(({ usable }) => usable)
    ? []
    : targets.map(({ name, rows }) => {
        const parts = rows.filter(({ state }) => state === 'missing').map(({ part }) => part);
        return createDiagnostic('target-unusable', { target: name, parts });
      });
  return { groups: [groupOf('rcc', await ownRows(request)), ...targets], diagnostics };
}
