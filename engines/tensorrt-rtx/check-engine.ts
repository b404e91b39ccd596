import { checkOf, type EngineCheck } from '../engine-check.ts';
import { findNvidiaSmi } from '../nvidia-smi.ts';
import { findComputeCapability } from '../tensorrt/planning/gpu.ts';
import type { TensorrtRtxFacts } from './facts.ts';

/** Compares an engine of TensorRT-RTX with the GPUs of this machine, as far as nvidia-smi tells them; its runtime comes with the application. */
export async function checkTensorrtRtxEngine(
  facts: TensorrtRtxFacts,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly EngineCheck[]> {
  const { computeCapabilities: built, compiler } = facts;
  const smi = await findNvidiaSmi(undefined, env);
  const found = (smi?.gpus ?? []).map(
    ({ computeCapability, name }) => computeCapability ?? findComputeCapability(name) ?? name,
  );
  const fits = found.some((capability) => built.includes(capability));
  return [
    checkOf(
      'compute capability',
      built.join(', '),
      found.length > 0 ? found.join(', ') : undefined,
      found.length === 0 ? 'doubtful' : fits ? 'yes' : 'no',
    ),
    checkOf('compiler', compiler, undefined, 'doubtful'),
  ];
}
