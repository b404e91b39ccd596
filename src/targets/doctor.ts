import { constants, existsSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DoctorRow } from '../../engines/doctor-row.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';
import { defaultCacheDirectory } from '../io/cache-directory.ts';
import { version } from '../version.ts';
import type { TargetIntent } from './target-options.ts';
import { targets } from './targets.ts';

export interface DoctorRequest {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Only this target; default: all of them. */
  readonly target?: string | undefined;
  readonly options: TargetIntent['options'];
  readonly signal?: AbortSignal | undefined;
  readonly onNote?: ((note: Diagnostic) => void) | undefined;
}

/** The parts that one target, or rcc itself, needs. */
export interface DoctorGroup {
  /** A target, or `rcc`. */
  readonly name: string;
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
  const needed = 'a folder for engines, timing caches and locks, that can be written';
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

function groupOf(name: DoctorGroup['name'], rows: readonly DoctorRow[]): DoctorGroup {
  return { name, usable: rows.every(({ state }) => state !== 'missing'), rows };
}

/** What each target needs on this machine, what is there, and what to do about the rest. */
export async function examineTargets(request: DoctorRequest): Promise<DoctorReport> {
  const { env, options, signal, onNote } = request;
  const asked = targets.filter(
    ({ name }) => request.target === undefined || name === request.target,
  );
  const groups: DoctorGroup[] = [];
  for (const target of asked) {
    const given = options.get(target.name) ?? (await target.read({}));
    const rows = await target.doctor?.({ env, options: given, signal, onNote });
    if (rows) groups.push(groupOf(target.name, rows));
  }
  const diagnostics = groups.some(({ usable }) => usable)
    ? []
    : groups.map(({ name, rows }) => {
        const parts = rows.filter(({ state }) => state === 'missing').map(({ part }) => part);
        return createDiagnostic('target-unusable', { target: name, parts });
      });
  return { groups: [groupOf('rcc', await ownRows(request)), ...groups], diagnostics };
}
