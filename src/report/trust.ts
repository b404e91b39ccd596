import type { BenchRow } from './bench-file.ts';

/** Anything that tells where it comes from: a row, a profile, an audit, a missing cell. */
export interface Sourced {
  readonly provenance?: { readonly standIn?: boolean | undefined } | undefined;
}

/** Whether a stand-in for trtexec or for the GPU gave it, so that nothing was measured. */
export function isStandIn({ provenance }: Sourced): boolean {
  return provenance?.standIn === true;
}

/** Why a figure may stand in no chart, ratio or comparison; undefined where it may. */
export function doubtOf(row: BenchRow): string | undefined {
  if (isStandIn(row)) return "a stand-in's, nothing was measured";
  if (row.state !== 'unstable') return undefined;
  return ['unstable', ...row.warnings.slice(0, 1)].join(': ');
}

/** A remark on a figure where one is due. Where nobody judged it, its own spread speaks. */
export function remarkOn(row: BenchRow): string | undefined {
  if (row.state !== undefined) return doubtOf(row);
  return row.stable ? undefined : 'unstable';
}
