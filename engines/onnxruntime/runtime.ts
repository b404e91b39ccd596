import { fail } from '../../src/diagnostics/diagnostic.ts';

export type Runtime = typeof import('onnxruntime-node');

function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'ERR_MODULE_NOT_FOUND') return 'the package onnxruntime-node is not installed';
  if (code === 'MODULE_NOT_FOUND') {
    return `onnxruntime-node brings no library for ${process.platform} on ${process.arch}`;
  }
  return String(message ?? error).split('\n')[0] as string;
}

/** onnxruntime, loaded when it is first wanted: its library has 46 MB. Throws DiagnosticError `engine-library-missing`. */
export async function loadRuntime(
  importRuntime: () => Promise<Runtime> = () => import('onnxruntime-node'),
): Promise<Runtime> {
  try {
    return await importRuntime();
  } catch (error) {
    return fail('engine-library-missing', { library: 'onnxruntime', reason: reasonOf(error) });
  }
}

/** E.g. "onnxruntime 1.30.0". */
export function runtimeName(runtime: Runtime): string {
  return `onnxruntime ${runtime.env.versions.node}`;
}
