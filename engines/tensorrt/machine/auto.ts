import { DiagnosticError } from '../../../src/diagnostics/diagnostic.ts';
import { checkSupport } from '../planning/gpu.ts';
import type { TensorrtMachine } from './machine.ts';

/** Whether TensorRT can be used here, in words for the first line of `--target auto`. */
export interface TensorrtAvailability {
  /** Absent where something is missing. */
  readonly machine?: TensorrtMachine;
  /** `TensorRT 10.4.0 on Tesla T4`, or what is missing. */
  readonly because: string;
}

/** Whether the machine that `inspect` finds has a GPU that its release supports. What is missing is no failure: `auto` then takes another target. */
export async function findUsable(
  inspect: () => Promise<TensorrtMachine>,
): Promise<TensorrtAvailability> {
  try {
    const machine = await inspect();
    const against = checkSupport(machine.gpu, machine.release);
    const refusal = against.find(({ severity }) => severity === 'error');
    if (refusal) return { because: refusal.message };
    return { machine, because: `TensorRT ${machine.fullVersion} on ${machine.gpu.name}` };
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return { because: error.diagnostics[0]?.message ?? 'TensorRT cannot be used' };
  }
}
