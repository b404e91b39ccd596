import type { DiagnosticContext } from '../../src/diagnostics/diagnostic.ts';
import type { Python, PythonRequest } from '../python/find-python.ts';
import type { Installation } from '../python/installation.ts';
import { failMissing, type Probe, probePackage } from '../python/probe.ts';
import { tensorrtRtxPackage } from './wheel.ts';

/** What was found of TensorRT-RTX. */
export interface TensorrtRtxInstallation extends Installation {
  /** Compute capabilities that this release builds for. */
  readonly capabilities: readonly string[];
}

export type TensorrtRtxProbe =
  | { readonly found: true; readonly installation: TensorrtRtxInstallation }
  | { readonly found: false; readonly python?: Python; readonly reason: string };

/** The compute capabilities that a probe was told. */
export function capabilitiesOf({ told }: Probe & { readonly found: true }): readonly string[] {
  return Array.isArray(told.capabilities) ? told.capabilities.map(String) : [];
}

/** Looks for Python and the package; throws nothing but an aborted signal's reason. */
export async function probeTensorrtRtx(
  request: PythonRequest,
  signal?: AbortSignal,
): Promise<TensorrtRtxProbe> {
  const probe = await probePackage(tensorrtRtxPackage, request, signal);
  if (!probe.found) return probe;
  const capabilities = capabilitiesOf(probe);
  return { found: true, installation: { ...probe.installation, capabilities } };
}

/** As `probeTensorrtRtx`; throws DiagnosticError `tensorrt-rtx-missing` or `python-missing`. */
export async function requireTensorrtRtx(
  request: PythonRequest,
  context: DiagnosticContext & { readonly signal?: AbortSignal } = {},
): Promise<TensorrtRtxInstallation> {
  const { signal, ...place } = context;
  const probe = await probeTensorrtRtx(request, signal);
  return probe.found ? probe.installation : failMissing(tensorrtRtxPackage, probe, place);
}
