import type { BenchRow } from './bench-file.ts';

/** Anything that tells where it comes from: a row, a profile, an audit, a missing cell. */
export interface Sourced {
  readonly provenance?: { readonly standIn?: boolean | undefined } | undefined;
}

/** Whether a stand-in for trtexec or for the GPU gave it, so that nothing was measured. */
export function isStandIn({ provenance }: Sourced): boolean {
  return provenance?.standIn === true;
}

/** `unstable` with the reason; undefined where it is not. */
export function instabilityOf({ state, warnings }: BenchRow): string | undefined {
  return state === 'unstable' ? ['unstable', ...warnings.slice(0, 1)].join(': ') : undefined;
}

/** Why a figure may stand in no chart, ratio or comparison; undefined where it may. */
export function doubtOf(row: BenchRow): string | undefined {
  return isStandIn(row) ? "a stand-in's, nothing was measured" : instabilityOf(row);
}

/** A remark on a figure where one is due. Where nobody judged it, its own spread speaks. */
export function remarkOn(row: BenchRow): string | undefined {
  if (row.state !== undefined) return doubtOf(row);
  return row.stable ? undefined : 'unstable';
}
