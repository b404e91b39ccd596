import type { BenchFile, NamedBench } from './bench-file.ts';
import { isStandIn, type Sourced } from './trust.ts';

const isReal = (item: Sourced): boolean => !isStandIn(item);

function filterFigures({ bench }: NamedBench, keep: typeof isStandIn) {
  const { rows, profiles, audits } = bench;
  return {
    rows: rows.filter(keep),
    profiles: profiles.filter(keep),
    audits: audits.filter(keep),
  };
}

/** Holes in a plan belong to what else came of it. */
function filterMissing({ rows, missing }: BenchFile, keep: typeof isStandIn) {
  const standIn = rows.length > 0 && rows.every(isStandIn);
  const found = missing?.filter((cell) => keep({ provenance: { standIn, ...cell.provenance } }));
  const isShown = keep({ provenance: { standIn } }) || (found?.length ?? 0) > 0;
  return missing && isShown ? { missing: found } : {};
}

function part(named: NamedBench, keep: typeof isStandIn): NamedBench {
  const { missing: _, ...rest } = named.bench;
  const accuracies = keep === isStandIn ? [] : rest.accuracies;
  const bench = {
    ...rest,
    ...filterFigures(named, keep),
    accuracies,
    ...filterMissing(named.bench, keep),
  };
  return { path: named.path, bench };
}

/** The same files twice: with what was measured, and with what a stand-in gave. No figure is in both. */
export function splitStandIns(benches: readonly NamedBench[]): {
  readonly measured: readonly NamedBench[];
  readonly standIns: readonly NamedBench[];
} {
  return {
    measured: benches.map((bench) => part(bench, isReal)),
    standIns: benches
      .map((bench) => part(bench, isStandIn))
      .filter(
        ({ bench: { rows, profiles, audits, missing = [] } }) =>
          rows.length + profiles.length + audits.length + missing.length > 0,
      ),
  };
}
