import { cpus } from 'node:os';
import type { StabilityLimits } from './stability.ts';

/** A processor shared with an operating system is noisier than a GPU; beyond this the figures are not worth comparing. */
export const processorLimits: StabilityLimits = {
  minIterations: 5,
  spread: 0.1,
  drift: 0.05,
  tail: 2,
  otherLoad: 0.1,
};

/** What a figure of a call on a processor holds. */
export const callDefinition =
  'Time of one call on the host, one after another, from an input in memory to outputs in memory; reading and preparing pictures is not in it.';

function busyMs(): number {
  return cpus().reduce(
    (sum, { times }) => sum + times.user + times.nice + times.sys + times.irq,
    0,
  );
}

/** Starts to watch what other programs take of the machine's processors; the function gives their share until then. `childMs`: what a program of ours took beside this process. */
export function watchOtherLoad(): (childMs?: number) => number | undefined {
  const start = { ms: performance.now(), busyMs: busyMs(), own: process.cpuUsage() };
  return (childMs = 0) => {
    const wallMs = (performance.now() - start.ms) * cpus().length;
    const own = process.cpuUsage(start.own);
    const busy = busyMs() - start.busyMs;
    // Not every system counts its processors' time.
    if (busy <= 0 || wallMs <= 0) return undefined;
    return Math.max(0, busy - childMs - (own.user + own.system) / 1000) / wallMs;
  };
}
