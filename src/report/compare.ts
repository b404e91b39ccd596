import { groupBy } from '../collections/group-by.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import type { BenchRow, MissingCell, NamedBench } from './bench-file.ts';
import type { Baseline } from './published.ts';
import { isOnGpu } from './sections/measured.ts';
import { doubtOf, isStandIn } from './trust.ts';
import { estimateOf, type LatencyEstimate } from './verdict/speed-up.ts';

/** One latency with all that decides whether another may be set beside it. */
export interface LatencyCell extends LatencyEstimate {
  readonly model: string;
  readonly device: string;
  readonly target: string;
  readonly precision: string;
  readonly batch: number;
  /** Half of the range that 90 % of the runs lie in, over the latency; 0 where nobody says it. */
  readonly spread: number;
  readonly stable: boolean;
  readonly definition: string;
  readonly settings: string;
  /** Why nothing may be judged by it; absent where it may. */
  readonly doubt?: string;
  /** The same in a word or two, for counting. */
  readonly doubtKind?: 'unstable' | "a stand-in's";
}

/** Cells of one file or baseline, under the name a reader knows it by. */
export interface CellSet {
  readonly name: string;
  readonly cells: readonly LatencyCell[];
  /** What its plan has no figure of; absent where it has no plan. */
  readonly missing?: readonly MissingCell[];
}

/**
 * `slower` and `faster`: beyond the threshold and beyond the noise; `noise`: beyond the threshold, but the runs of either side spread as far;
 * `same`: within the threshold; `unjudged`: either side is unstable or a stand-in's.
 */
export type Verdict = 'slower' | 'faster' | 'noise' | 'same' | 'unjudged';

export interface CellComparison {
  readonly before: LatencyCell;
  readonly after: LatencyCell;
  /** after / before − 1. */
  readonly change: number;
  /** Both spreads together, as a share. */
  readonly noise: number;
  readonly verdict: Verdict;
  /** What else differs, in words. */
  readonly remarks: readonly string[];
}

export interface Comparison {
  readonly before: string;
  readonly after: string;
  readonly threshold: number;
  readonly cells: readonly CellComparison[];
  readonly onlyBefore: readonly LatencyCell[];
  readonly onlyAfter: readonly LatencyCell[];
  /** Holes in the plan of either side, by its name; absent where there are none. */
  readonly missing?: readonly { readonly name: string; readonly cells: readonly MissingCell[] }[];
}

/** Settings in figures and words; a sentence is a remark on the run, other each time. */
function settingsText(row: BenchRow): string {
  return Object.entries(row.settings)
    .filter(([, value]) => !/\s/.test(String(value)))
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

function doubtIn(row: BenchRow): Pick<LatencyCell, 'doubt' | 'doubtKind'> {
  const doubt = doubtOf(row);
  return doubt ? { doubt, doubtKind: isStandIn(row) ? "a stand-in's" : 'unstable' } : {};
}

function cellOf(row: BenchRow): LatencyCell {
  const { medianMs, minMs, p90Ms } = row.latency;
  return {
    model: row.model,
    device: row.device.name,
    target: row.target,
    precision: row.precision,
    batch: row.batch,
    ...estimateOf(row),
    spread: medianMs > 0 ? (p90Ms - minMs) / 2 / medianMs : 0,
    stable: row.stable,
    definition: row.definition,
    settings: settingsText(row),
    ...doubtIn(row),
  };
}

/** Medians of a bench file. */
export function cellsOfBench({ path, bench }: NamedBench): CellSet {
  const { rows, missing } = bench;
  return { name: path, cells: rows.map(cellOf), ...(missing ? { missing } : {}) };
}

/** Latencies of a baseline, in the words of the measurements they are set beside: the device's name and target are those of the bench. */
export function cellsOfBaseline(baseline: Baseline, { bench }: NamedBench): CellSet {
  const places = new Map(
    bench.rows
      .filter((row) => isOnGpu(row, baseline.gpu))
      .map((row) => [`${row.device.name} ${row.target}`, row] as const),
  );
  const cells = [...places.values()].flatMap((place) =>
    baseline.rows.flatMap((row) =>
      Object.entries(row.latencyMs).map(([batch, latencyMs]) => ({
        model: row.spec,
        device: place.device.name,
        target: place.target,
        precision: row.precision,
        batch: Number(batch),
        latencyMs,
        spread: 0,
        stable: true,
        definition: baseline.interval ?? 'not stated',
        settings: '',
      })),
    ),
  );
  return { name: baseline.id, cells };
}

function keyOf({ model, device, target, precision, batch }: LatencyCell): string {
  return JSON.stringify([model, device, target, precision, batch]);
}

type Pair = readonly [before: LatencyCell, after: LatencyCell];

/** Trusted cells first: they are paired before others. */
function trustedFirst(cells: readonly LatencyCell[]): readonly LatencyCell[] {
  return [
    ...cells.filter(({ doubt }) => doubt === undefined),
    ...cells.filter(({ doubt }) => doubt !== undefined),
  ];
}

/** One on each side: a pair whatever the settings. Several: those of equal settings, as often as each side has them. */
function pairUp(before: readonly LatencyCell[], after: readonly LatencyCell[]): readonly Pair[] {
  const [b, a] = [before[0], after[0]];
  if (before.length === 1 && after.length === 1 && b && a) return [[b, a]];
  const alike = [...groupBy(after, ({ settings }) => settings)];
  const waiting = new Map(alike.map(([settings, cells]) => [settings, cells.values()] as const));
  return before.flatMap((cell): Pair[] => {
    const match = waiting.get(cell.settings)?.next().value;
    return match ? [[cell, match]] : [];
  });
}

function doubtRemarks(before: string | undefined, after: string | undefined): readonly string[] {
  if (before !== undefined && before === after) return [`both: ${before}`];
  return [...(before ? [`before: ${before}`] : []), ...(after ? [`after: ${after}`] : [])];
}

function remarksOf(before: LatencyCell, after: LatencyCell): readonly string[] {
  const isNoted = ({ stable, doubt }: LatencyCell): boolean => !stable && doubt === undefined;
  const unstable = [...(isNoted(before) ? ['before'] : []), ...(isNoted(after) ? ['after'] : [])];
  return [
    ...doubtRemarks(before.doubt, after.doubt),
    ...(unstable.length > 0 ? [`unstable ${unstable.join(' and ')}`] : []),
    ...(before.settings && before.settings !== after.settings
      ? [`settings: ${before.settings} → ${after.settings}`]
      : []),
    ...(before.definition === after.definition
      ? []
      : ['the two intervals are defined differently']),
  ];
}

function verdictOf(change: number, noise: number, threshold: number): Verdict {
  if (Math.abs(change) <= threshold) return 'same';
  if (Math.abs(change) <= noise) return 'noise';
  return change > 0 ? 'slower' : 'faster';
}

function comparePair([before, after]: Pair, threshold: number): CellComparison {
  const change = after.latencyMs / before.latencyMs - 1;
  const noise = Math.hypot(before.spread, after.spread);
  const isDoubtful = before.doubt !== undefined || after.doubt !== undefined;
  const verdict = isDoubtful ? 'unjudged' : verdictOf(change, noise, threshold);
  return { before, after, change, noise, verdict, remarks: remarksOf(before, after) };
}

/** Why two sets have no cell in common: the first thing that differs, and in words. */
function reasonFor(before: CellSet, after: CellSet): { reason: string; differing?: string } {
  const names = (set: CellSet, key: keyof LatencyCell): string =>
    [...new Set(set.cells.map((cell) => String(cell[key])))].slice(0, 4).join(', ') || 'none';
  if (before.cells.length === 0 || after.cells.length === 0) {
    const empty = before.cells.length === 0 ? before : after;
    return { reason: `'${empty.name}' has no figures for these devices` };
  }
  const key = (['device', 'target', 'model', 'precision', 'batch'] as const).find((name) => {
    const known = new Set(before.cells.map((cell) => cell[name]));
    return !after.cells.some((cell) => known.has(cell[name]));
  });
  if (!key) return { reason: 'no cell has model, device, target, precision and batch alike' };
  return {
    reason: `the ${key} differs (${names(before, key)}; ${names(after, key)})`,
    differing: key,
  };
}

/** Holes in the plans of both sides, each file once. */
function holesOf(sets: readonly CellSet[]): Pick<Comparison, 'missing'> {
  const found = new Map(
    sets.flatMap(({ name, missing: cells = [] }) => (cells.length > 0 ? [[name, cells]] : [])),
  );
  const missing = [...found].map(([name, cells]) => ({ name, cells }));
  return missing.length > 0 ? { missing } : {};
}

/**
 * Compares latencies cell by cell: where model, device, target, precision and batch agree. `threshold` is a share. Throws DiagnosticError
 * `nothing-to-compare`.
 */
export function compareCells(before: CellSet, after: CellSet, threshold: number): Comparison {
  const groupsBefore = groupBy(before.cells, keyOf);
  const groupsAfter = groupBy(after.cells, keyOf);
  const pairs = [...groupsBefore].flatMap(([key, cells]) =>
    pairUp(trustedFirst(cells), trustedFirst(groupsAfter.get(key) ?? [])),
  );
  if (pairs.length === 0) {
    fail('nothing-to-compare', {
      baseline: before.name,
      candidate: after.name,
      ...reasonFor(before, after),
    });
  }
  const paired = new Set(pairs.flat());
  return {
    before: before.name,
    after: after.name,
    threshold,
    cells: pairs.map((pair) => comparePair(pair, threshold)),
    onlyBefore: before.cells.filter((cell) => !paired.has(cell)),
    onlyAfter: after.cells.filter((cell) => !paired.has(cell)),
    ...holesOf([before, after]),
  };
}
