import type { Diagnostic } from '../../../src/diagnostics/diagnostic.ts';
import type { TensorrtMachine } from '../machine/machine.ts';
import type { TensorrtIntent } from '../planning/intent.ts';

/** What an engine of this target is made with. */
export interface TensorrtEngineOptions {
  readonly machine: TensorrtMachine;
  readonly intent: TensorrtIntent;
  /** Where timing caches, locks and durations are kept; see `defaultCacheDirectory`. */
  readonly cacheDirectory: string;
  /** Is told every note and warning of planning and running, once each. */
  onNote?(note: Diagnostic): void;
}

/** Name of what belongs to one release and GPU: `10.4.0-sm75-tesla-t4`. */
export function machineKey({ fullVersion, gpu }: TensorrtMachine): string {
  const name = (gpu.name.toLowerCase().match(/[a-z0-9]+/g) ?? []).join('-');
  return `${fullVersion}-sm${gpu.computeCapability.replace('.', '')}-${name}`;
}
