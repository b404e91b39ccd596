import { greatest, least } from '../../../src/collections/extremes.ts';
import { type GpuState, harmfulReasons, readGpuState } from '../../nvidia-smi.ts';
import type { TensorrtMachine } from '../machine/machine.ts';

const sampleEveryMs = 1000;

/** Clocks, temperature and throttle reasons from before a run to after it. */
export interface GpuConditions {
  /** Lowest and highest SM clock while the run was under way. */
  readonly smClockMHz: readonly [number, number] | undefined;
  readonly maxSmClockMHz: number | undefined;
  readonly temperatureC: readonly [number, number] | undefined;
  readonly throttleReasons: readonly string[];
  /** Whether a reason was seen that makes the figure unfit for comparison. */
  readonly throttled: boolean;
}

function rangeOf(values: readonly (number | undefined)[]): readonly [number, number] | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length > 0 ? [least(known), greatest(known)] : undefined;
}

function summarizeStates(states: readonly GpuState[], during: readonly GpuState[]): GpuConditions {
  const reasons = [...new Set(states.flatMap(({ throttleReasons }) => throttleReasons))];
  return {
    // Before and after the run the GPU idles at a low clock.
    smClockMHz: rangeOf(during.map(({ smClockMHz }) => smClockMHz)),
    maxSmClockMHz: states.find(({ maxSmClockMHz }) => maxSmClockMHz !== undefined)?.maxSmClockMHz,
    temperatureC: rangeOf(states.map(({ temperatureC }) => temperatureC)),
    throttleReasons: reasons,
    throttled: reasons.some((reason) => harmfulReasons.has(reason)),
  };
}

/**
 * Watches the GPU around a run: before, once a second, after. Beside a command prefix it asks before and after only, since each question would
 * start a container or a connection. Undefined conditions where nvidia-smi is not there.
 */
export async function watchClocks<T>(
  { nvidiaSmi, installed }: TensorrtMachine,
  task: () => Promise<T>,
): Promise<{ value: T; conditions: GpuConditions | undefined }> {
  if (!nvidiaSmi || !installed) return { value: await task(), conditions: undefined };
  const ask = () => readGpuState(nvidiaSmi, installed.uuid || String(installed.index));
  const during: GpuState[] = [];
  const before = await ask();
  let running = true;
  const timer = setInterval(async () => {
    const state = await ask().catch(() => undefined);
    if (running && state && during.length < 1000) during.push(state);
  }, sampleEveryMs);
  if (nvidiaSmi.length > 1) clearInterval(timer);
  try {
    const value = await task();
    running = false;
    const states = [before, ...during, await ask()].filter((state) => state !== undefined);
    return { value, conditions: summarizeStates(states, during) };
  } finally {
    running = false;
    clearInterval(timer);
  }
}
