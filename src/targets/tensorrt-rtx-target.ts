import { parseComputeCapabilities } from '../../engines/tensorrt-rtx/compute-capability.ts';
import { createTensorrtRtxEngine } from '../../engines/tensorrt-rtx/engine.ts';
import { requireTensorrtRtx } from '../../engines/tensorrt-rtx/probe.ts';
import { least } from '../collections/extremes.ts';
import { defaultCacheDirectory } from '../io/cache-directory.ts';
import { type ChosenTarget, formOf, type TargetRequest } from './target.ts';

/** TensorRT-RTX for the compute capabilities asked for. Throws DiagnosticError where they are none or its wheel is missing. */
export async function chooseTensorrtRtx(request: TargetRequest): Promise<ChosenTarget> {
  const { env, python, precision } = request;
  const computeCapabilities = parseComputeCapabilities(request.computeCapability ?? '');
  const installation = await requireTensorrtRtx({
    env,
    cacheDirectory: defaultCacheDirectory(env),
    ...(python === undefined ? {} : { python }),
  });
  const engine = createTensorrtRtxEngine({ installation, computeCapabilities });
  const lowest = least(computeCapabilities.map(Number));
  return {
    engine,
    reason: `tensorrt-rtx ${installation.version} for compute capability ${computeCapabilities.join(', ')}`,
    form: { ...formOf(engine, precision), leastComputeCapability: lowest },
  };
}
