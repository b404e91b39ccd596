import { type DiagnosticContext, fail } from '../../src/diagnostics/diagnostic.ts';
import { endingText } from '../process.ts';
import { findPython, type Python, type PythonRequest } from './python.ts';
import { eventText, runScript, type ScriptRun } from './script.ts';

/** What was found of TensorRT-RTX. */
export interface TensorrtRtxInstallation {
  readonly python: Python;
  /** E.g. `1.7.1.116`. */
  readonly version: string;
  /** Compute capabilities that this release builds for. */
  readonly capabilities: readonly string[];
}

/** Importing the libraries takes a second; a cold disk makes it several. */
const probeTimeoutMs = 60_000;

/** Why a probe failed: a sentence, without the full stop. */
function probeFailure(run: ScriptRun): string {
  const missing = eventText(run, 'missing', 'reason');
  if (missing !== undefined) return missing;
  const { startError, timedOut, tail } = run.result;
  if (startError) return startError.message;
  if (timedOut) return `no answer within ${probeTimeoutMs / 1000} s`;
  return tail.at(-1)?.trim() || `it ended with ${endingText(run.result)}`;
}

export type Probe =
  | { readonly found: true; readonly installation: TensorrtRtxInstallation }
  | { readonly found: false; readonly python?: Python; readonly reason: string };

/** Looks for Python and the package; throws nothing but an aborted signal's reason. */
export async function probeTensorrtRtx(
  request: PythonRequest,
  signal?: AbortSignal,
): Promise<Probe> {
  const python = await findPython(request);
  if (!python) return { found: false, reason: 'no Python was found' };
  const run = await runScript({
    python: python.path,
    args: ['--version'],
    timeoutMs: probeTimeoutMs,
    ...(signal ? { signal } : {}),
  });
  signal?.throwIfAborted();
  const version = eventText(run, 'version', 'version');
  if (version === undefined) return { found: false, python, reason: probeFailure(run) };
  const listed = run.events.find(({ event }) => event === 'version')?.capabilities;
  const capabilities = Array.isArray(listed) ? listed.map(String) : [];
  return { found: true, installation: { python, version, capabilities } };
}

/** As `probeTensorrtRtx`; throws DiagnosticError `tensorrt-rtx-missing` or `python-missing`. */
export async function requireTensorrtRtx(
  request: PythonRequest,
  context: DiagnosticContext & { readonly signal?: AbortSignal } = {},
): Promise<TensorrtRtxInstallation> {
  const { signal, ...place } = context;
  const probe = await probeTensorrtRtx(request, signal);
  if (probe.found) return probe.installation;
  const { python, reason } = probe;
  if (!python) return fail('python-missing', { places: '--python, RCC_PYTHON and PATH' }, place);
  return fail(
    'tensorrt-rtx-missing',
    { python: python.path, source: python.source, reason },
    place,
  );
}
