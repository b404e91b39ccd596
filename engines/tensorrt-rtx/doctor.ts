import type { DoctorRow } from '../doctor-row.ts';
import { probeTensorrtRtx } from './probe.ts';
import type { PythonRequest } from './python.ts';
import { tensorrtRtxWheel } from './wheel.ts';

/** What `rcc doctor` says about Python and TensorRT-RTX. Starts Python once. */
export async function checkTensorrtRtx(
  request: PythonRequest,
  signal?: AbortSignal,
): Promise<DoctorRow> {
  const part = 'TensorRT-RTX';
  const needed = `Python 3.9 or later with ${tensorrtRtxWheel}, for --target tensorrt-rtx only`;
  const probe = await probeTensorrtRtx(request, signal);
  if (probe.found) {
    const { version, python, capabilities } = probe.installation;
    const builds = `builds for compute capability ${[...capabilities].sort(byNumber).join(', ')}`;
    return {
      part,
      state: 'good',
      found: `${version} in ${python.path} (${python.source}), ${builds}`,
      needed,
    };
  }
  const { python, reason } = probe;
  return {
    part,
    state: 'missing',
    found: python ? `${python.path} (${python.source}): ${reason}` : reason,
    needed,
    cure: python
      ? 'rcc doctor --setup tensorrt-rtx'
      : 'install Python, then rcc doctor --setup tensorrt-rtx',
  };
}

function byNumber(a: string, b: string): number {
  return Number(a) - Number(b);
}
