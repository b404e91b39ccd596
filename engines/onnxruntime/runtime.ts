import { isMainThread } from 'node:worker_threads';
import { fail } from '../../src/diagnostics/diagnostic.ts';
import { errorCode } from '../../src/diagnostics/error-code.ts';
import { reasonOf } from '../../src/diagnostics/outside-data.ts';

export type Runtime = typeof import('onnxruntime-node');

function loadFailure(error: unknown): string {
  const code = errorCode(error);
  if (code === 'ERR_MODULE_NOT_FOUND') return 'the package onnxruntime-node is not installed';
  if (code === 'MODULE_NOT_FOUND') {
    return `onnxruntime-node brings no library for ${process.platform} on ${process.arch}`;
  }
  return reasonOf(error);
}

/**
 * Without this variable the library writes into the home folder what it runs, reads the machine's id and sends both to its maker. It looks only while
 * it is loaded, and only at the environment of the process, of which a worker thread has a copy that nobody else sees.
 */
function turnTelemetryOff(): void {
  if (!isMainThread && process.env.ORT_DISABLE_TELEMETRY !== '1')
    fail('engine-thread-telemetry', {});
  process.env.ORT_DISABLE_TELEMETRY = '1';
}

/**
 * onnxruntime, loaded when it is first wanted: its library has 46 MB. Whoever runs it, tests and bench too, takes it from here, so that it records
 * nothing. Throws DiagnosticError `engine-library-missing`, `engine-thread-telemetry`.
 */
export async function loadRuntime(
  importRuntime: () => Promise<Runtime> = () => import('onnxruntime-node'),
): Promise<Runtime> {
  turnTelemetryOff();
  try {
    return await importRuntime();
  } catch (error) {
    return fail('engine-library-missing', { library: 'onnxruntime', reason: loadFailure(error) });
  }
}

/** E.g. "onnxruntime 1.30.0". */
export function runtimeName(runtime: Runtime): string {
  return `onnxruntime ${runtime.env.versions.node}`;
}
