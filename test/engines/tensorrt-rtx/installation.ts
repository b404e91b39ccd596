import {
  probeTensorrtRtx,
  type TensorrtRtxInstallation,
} from '../../../engines/tensorrt-rtx/probe.ts';
import { defaultCacheDirectory } from '../../../src/io/cache-directory.ts';

/* TensorRT-RTX on this machine, for tests that ask NVIDIA's compiler itself. */
const { env } = process;
const probe = await probeTensorrtRtx({ env, cacheDirectory: defaultCacheDirectory(env) });

/** Whether a Python has the wheel: RCC_PYTHON, or the one that `rcc doctor --setup tensorrt-rtx` made. */
export const isInstalled = probe.found;

/** For tests that are skipped where it is not installed. */
export function requireInstallation(): TensorrtRtxInstallation {
  if (!probe.found) throw new Error(probe.reason);
  return probe.installation;
}
