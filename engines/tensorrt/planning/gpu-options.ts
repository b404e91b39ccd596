import { createDiagnostic, type Diagnostic } from '../../../src/diagnostics/diagnostic.ts';
import { abilitiesOf } from './gpu.ts';
import type { TensorrtIntent } from './intent.ts';
import type { PlanMachine } from './plan.ts';
import { orderOf } from './release-order.ts';

/** Compute capability from which a feature exists (NVIDIA's support matrices). */
const ampere = 8;
const sameCapabilitySince = orderOf('10.9.0');

function checkTf32({ tf32, precision }: TensorrtIntent, { gpu }: PlanMachine): Diagnostic[] {
  const useless = tf32 && precision === 'fp32' && abilitiesOf(gpu).tf32 === false;
  const facts = { gpu: gpu.name, cc: gpu.computeCapability };
  return useless ? [createDiagnostic('tensorrt-no-tf32', facts)] : [];
}

function checkSparsity({ sparsity }: TensorrtIntent, { gpu }: PlanMachine): Diagnostic[] {
  const useless = sparsity !== 'disable' && Number(gpu.computeCapability) < ampere;
  const facts = { gpu: gpu.name, cc: gpu.computeCapability };
  return useless ? [createDiagnostic('tensorrt-no-sparsity', facts)] : [];
}

function checkHardwareCompatibility(
  { hardwareCompatibility: level }: TensorrtIntent,
  { gpu, release }: PlanMachine,
): Diagnostic[] {
  const facts = { gpu: gpu.name, cc: gpu.computeCapability };
  if (level === 'ampere+' && Number(gpu.computeCapability) < ampere) {
    return [createDiagnostic('tensorrt-no-ampere-compatibility', facts)];
  }
  const tooEarly = level === 'same-compute-capability' && release.tableOrder < sameCapabilitySince;
  return tooEarly
    ? [createDiagnostic('tensorrt-no-same-compatibility', { version: release.version })]
    : [];
}

/** What the intent asks of the GPU that it cannot do. */
export function checkAbilities(intent: TensorrtIntent, machine: PlanMachine): Diagnostic[] {
  return [
    ...checkTf32(intent, machine),
    ...checkSparsity(intent, machine),
    ...checkHardwareCompatibility(intent, machine),
  ];
}
