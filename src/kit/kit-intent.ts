import type { Target } from '../../engines/target.ts';
import { intentOf } from '../../engines/tensorrt/choose.ts';
import { type Gpu, parseGpu } from '../../engines/tensorrt/planning/gpu.ts';
import type { TensorrtIntent } from '../../engines/tensorrt/planning/intent.ts';
import { servedReleases } from '../../engines/tensorrt/planning/release-families.ts';
import { benchLimits } from '../compile/model-options.ts';
import { describeReleases } from './describe-releases.ts';
import type { KitOptions } from './kit.ts';

/** What a kit is for, before anything is made. */
export interface KitIntent {
  readonly gpu: Gpu;
  readonly intent: TensorrtIntent;
  readonly served: ReturnType<typeof servedReleases>['served'];
  readonly target: Target;
}

function targetOf(
  { precision, tf32, batches }: TensorrtIntent,
  gpu: Gpu,
  { form, served }: ReturnType<typeof servedReleases>,
): Target {
  const releases = describeReleases(served);
  return {
    name: 'tensorrt',
    reason: `a kit for TensorRT ${releases} on ${gpu.name}`,
    precision,
    form,
    release: `TensorRT ${releases}`,
    batches,
    layers: 'engine',
    tf32,
    float16: 'computed',
    minIterations: 100,
  };
}

/** Reads what a kit is to be for. Throws DiagnosticError where GPU, release and precision do not go together. */
export function intentFor({
  precision,
  tensorrt,
  timing,
  batch = 'N',
  batches,
}: KitOptions): KitIntent {
  const gpu = parseGpu(tensorrt.gpu);
  const sizes = batch === 'N' ? batches : [batch];
  const asked = intentOf(tensorrt, { precision, batches: sizes });
  const { warmUpMs, durationMs, minIterations } = timing ?? benchLimits({ minIterations: 100 });
  // Timings are repeated by further attempts, a cache is the attempt's own.
  const intent = { ...asked, warmUpMs, durationMs, iterations: minIterations, repeats: 1 };
  const releases = servedReleases(intent, gpu, tensorrt.trt);
  return { gpu, intent, served: releases.served, target: targetOf(intent, gpu, releases) };
}
