import type { DoctorRow } from '../doctor-row.ts';
import { packageRow } from '../python/doctor.ts';
import type { PythonRequest } from '../python/find-python.ts';
import { probePackage } from '../python/probe.ts';
import { capabilitiesOf } from './probe.ts';
import { tensorrtRtxPackage } from './wheel.ts';

function byNumber(a: string, b: string): number {
  return Number(a) - Number(b);
}

/** What `rcc doctor` says about Python and TensorRT-RTX. Starts Python once. */
export async function checkTensorrtRtx(
  request: PythonRequest,
  signal?: AbortSignal,
): Promise<DoctorRow> {
  const probe = await probePackage(tensorrtRtxPackage, request, signal);
  return packageRow(
    tensorrtRtxPackage,
    probe,
    (found) =>
      `builds for compute capability ${[...capabilitiesOf(found)].sort(byNumber).join(', ')}`,
  );
}
