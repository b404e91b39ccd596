import { greatest, least } from '../../../src/collections/extremes.ts';
import { type GpuState, harmfulReasons, powerCap, readGpuState } from '../../nvidia-smi.ts';
import type { TensorrtMachine } from '../machine/machine.ts';

const sampleEveryMs = 1000;

/** Clocks, temperature and throttle reasons from before a run to after it. */
export interface GpuConditions {
  /** Lowest and highest SM clock while the run was under way. */
  readonly smClockMHz: readonly [number, number] | undefined;
  readonly maxSmClockMHz: number | undefined;
  readonly temperatureC: readonly [number, number] | undefined;
  /** Undefined where the GPU does not tell. */
  readonly throttleReasons: readonly string[] | undefined;
}

function rangeOf(values: readonly (number | undefined)[]): readonly [number, number] | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length > 0 ? [least(known), greatest(known)] : undefined;
}

/** What states from before, while and after a run say together; `during`: those of the run itself. */
export function summarizeStates(
  states: readonly GpuState[],
  during: readonly GpuState[],
): GpuConditions {
  const told = states.flatMap(({ throttleReasons }) => (throttleReasons ? [throttleReasons] : []));
  return {
    // Before and after the run the GPU idles at a low clock.
    smClockMHz: rangeOf(during.map(({ smClockMHz }) => smClockMHz)),
    maxSmClockMHz: states.find(({ maxSmClockMHz }) => maxSmClockMHz !== undefined)?.maxSmClockMHz,
    temperatureC: rangeOf(states.map(({ temperatureC }) => temperatureC)),
    throttleReasons: told.length > 0 ? [...new Set(told.flat())] : undefined,
  };
}

function clockText({ smClockMHz, maxSmClockMHz }: GpuConditions): string {
  if (!smClockMHz) return '';
  const [low, high] = smClockMHz;
  const range = low === high ? `${low}` : `${low} to ${high}`;
  return `, at ${range}${maxSmClockMHz === undefined ? '' : ` of ${maxSmClockMHz}`} MHz`;
}

/** What the GPU's state says of a timing: whether it may be taken for stable, and in words what is to be known of it. */
export function judgeConditions(conditions: GpuConditions | undefined): {
  readonly steady: boolean;
  /** Whether the GPU tells: where it does not, no further run can be called steady. */
  readonly told: boolean;
  readonly warnings: readonly string[];
} {
  const reasons = conditions?.throttleReasons;
  if (!conditions || !reasons) {
    const unknown =
      'Clocks and throttling could not be read: whether the GPU was throttled is not known.';
    return { steady: false, told: false, warnings: [unknown] };
  }
  if (reasons.some((reason) => harmfulReasons.has(reason))) {
    const throttled = `The GPU was throttled: ${reasons.join(', ')}.`;
    return { steady: false, told: true, warnings: [throttled] };
  }
  const isCapped = reasons.includes(powerCap);
  const capped = `The GPU ran at its power cap${clockText(conditions)}.`;
  return { steady: true, told: true, warnings: isCapped ? [capped] : [] };
}

/**
 * Watches the GPU around a run: before, once a second, after. Beside a command prefix it asks before and after only, since each question would
 * start a container or a connection. Undefined conditions where nvidia-smi is not there or says nothing.
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
    return { value, conditions: states.length > 0 ? summarizeStates(states, during) : undefined };
  } finally {
    running = false;
    clearInterval(timer);
  }
}
