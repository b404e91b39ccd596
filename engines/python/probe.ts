import { type DiagnosticContext, fail } from '../../src/diagnostics/diagnostic.ts';
import { endingText } from '../process.ts';
import { findPython, type Python, type PythonRequest } from './find-python.ts';
import type { Installation } from './installation.ts';
import type { PythonPackage } from './package.ts';
import { eventText, runScript, type ScriptEvent, type ScriptRun } from './script.ts';

/** Importing libraries takes a second; a cold disk makes it several. */
const probeTimeoutMs = 60_000;

/** Why a script did not get so far as to answer: a sentence, without the full stop. */
export function absenceOf(run: ScriptRun, timeoutMs = probeTimeoutMs): string {
  const missing = eventText(run, 'missing', 'reason');
  if (missing !== undefined) return missing;
  const { startError, timedOut, tail } = run.result;
  if (startError) return startError.message;
  if (timedOut) return `no answer within ${timeoutMs / 1000} s`;
  return tail.at(-1)?.trim() || `it ended with ${endingText(run.result)}`;
}

export type Probe =
  | { readonly found: true; readonly installation: Installation; readonly told: ScriptEvent }
  | { readonly found: false; readonly python?: Python; readonly reason: string };

/** Asks an interpreter for the package by `args` of its script, which answers with an event `version`; throws nothing but an aborted signal's reason. */
export async function probePython(
  { script }: PythonPackage,
  python: Python,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<Probe> {
  const run = await runScript({
    python: python.path,
    script,
    args,
    timeoutMs: probeTimeoutMs,
    ...(signal ? { signal } : {}),
  });
  signal?.throwIfAborted();
  const told = run.events.find(({ event }) => event === 'version');
  const version = eventText(run, 'version', 'version');
  if (!told || version === undefined) return { found: false, python, reason: absenceOf(run) };
  return { found: true, installation: { python, version }, told };
}

/** Looks for Python and the package by `--version` of its script. */
export async function probePackage(
  wanted: PythonPackage,
  request: PythonRequest,
  signal?: AbortSignal,
): Promise<Probe> {
  const python = await findPython(wanted, request);
  if (!python) return { found: false, reason: 'no Python was found' };
  return await probePython(wanted, python, ['--version'], signal);
}

/** Throws DiagnosticError that the package is missing, or `python-missing`. */
export function failMissing(
  { codes }: PythonPackage,
  { python, reason }: { readonly python?: Python; readonly reason: string },
  place: DiagnosticContext = {},
): never {
  if (!python) return fail('python-missing', { places: '--python, RCC_PYTHON and PATH' }, place);
  return fail(codes.missing, { python: python.path, source: python.source, reason }, place);
}
