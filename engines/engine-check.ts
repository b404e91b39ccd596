import { createDiagnostic, type Diagnostic } from '../src/diagnostics/diagnostic.ts';

/** One fact of an engine beside what this machine has. */
export interface EngineCheck {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  /** `no`: the engine does not load or must not be used; `doubtful`: it loads, but was not made for this, or nobody can tell. */
  readonly fits: 'yes' | 'doubtful' | 'no';
}

/** A check; says so where a fact was not recorded or cannot be found out. */
export function checkOf(
  what: string,
  expected: string | undefined,
  found: string | undefined,
  fits: EngineCheck['fits'],
): EngineCheck {
  return { what, expected: expected ?? 'not recorded', found: found ?? 'not known', fits };
}

/** One error for each fact that keeps an engine from being used, with the command that rebuilds it. */
export function mismatchesOf(
  checks: readonly EngineCheck[],
  rebuild: string,
): readonly Diagnostic[] {
  const hint = `Rebuild it: ${rebuild}`;
  return checks
    .filter(({ fits }) => fits === 'no')
    .map(({ fits: _, ...facts }) => createDiagnostic('engine-mismatch', facts, { hint }));
}
