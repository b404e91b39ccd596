/** Measurements of bench files, each with the provenance entry it belongs to. */

import { groupBy } from '../../collections/group-by.ts';
import { ownValue } from '../../collections/own-value.ts';
import type { BenchRow, NamedBench } from '../bench-file.ts';
import type { Provenance } from '../report.ts';
import { targetTitle } from '../target-title.ts';
import { doubtOf } from '../trust.ts';

export interface Measured {
  readonly row: BenchRow;
  readonly ref: string;
}

export interface MeasuredSet {
  readonly all: readonly Measured[];
  readonly provenance: readonly Provenance[];
}

type Facts = Readonly<Record<string, string | number | boolean>>;

type FactRow = readonly [name: string, value: string];

/** A device's detail that a setting repeats is told once. */
function uniqueRows(rows: readonly FactRow[]): readonly FactRow[] {
  return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
}

function factRows(facts: Facts): readonly FactRow[] {
  return Object.entries(facts).map(([name, value]) => [name, String(value)]);
}

/** So many settings are listed, and so many different values of one. */
const listedSettings = 40;
const listedValues = 3;

function valuesText(all: readonly unknown[]): string {
  const values = [...new Set(all.map((value) => String(value)))];
  const more = values.length > listedValues ? `; and ${values.length - listedValues} more` : '';
  return `${values.slice(0, listedValues).join('; ')}${more}`;
}

/** Each setting with the values that these measurements have. */
function settingRows(rows: readonly BenchRow[]): readonly FactRow[] {
  const all = rows.flatMap(({ settings }) => Object.entries(settings));
  const byName = [...groupBy(all, ([name]) => name)].slice(0, listedSettings);
  return byName.map(([name, entries]) => [name, valuesText(entries.map(([, value]) => value))]);
}

/** Facts that each cell of a farm has of its own: sources that differ in nothing else are one. */
const ownFacts: ReadonlySet<string> = new Set(['kitKey', 'job', 'attempt', 'node', 'gpu']);

function sharedFacts(provenance: Facts): readonly (readonly [string, unknown])[] {
  return Object.entries(provenance).filter(([name]) => !ownFacts.has(name));
}

function provenanceRows(rows: readonly BenchRow[]): readonly FactRow[] {
  const all = rows.flatMap(({ provenance = {} }) => Object.entries(provenance));
  const byName = groupBy(all, ([name]) => name);
  return [...byName].map(([name, entries]) => [
    name,
    valuesText(entries.map(([, value]) => value)),
  ]);
}

const numbers = /\d+(?:\.\d+)?/g;

/** The range of a number over texts that agree but for their numbers: `5`, or `3 to 12`. */
function rangeText(texts: readonly string[]): string {
  const sorted = [...new Set(texts)].toSorted((a, b) => Number(a) - Number(b));
  return sorted.length > 1 ? `${sorted[0]} to ${sorted.at(-1)}` : (sorted[0] ?? '');
}

/** Warnings, each once: those that differ in their numbers only become one with the numbers' ranges. */
function mergeWarnings(rows: readonly BenchRow[]): readonly string[] {
  const warnings = rows.flatMap((row) => row.warnings);
  const alike = groupBy(warnings, (warning) => JSON.stringify(warning.split(numbers)));
  return [...alike.values()].map((texts) => {
    const found = texts.map((text) => text.match(numbers) ?? []);
    const merged = (texts[0] ?? '')
      .split(numbers)
      .map((words, i) =>
        i === 0 ? words : `${rangeText(found.map((values) => values[i - 1] ?? ''))}${words}`,
      );
    return `${merged.join('')}${texts.length > 1 ? ` (${texts.length} figures)` : ''}`;
  });
}

function provenanceOf(
  { path, bench }: NamedBench,
  rows: readonly BenchRow[],
  { id, verb }: { readonly id: string; readonly verb: string },
): Provenance {
  const [first] = rows;
  if (!first) throw new Error('a provenance entry without rows');
  const stable = rows.filter((row) => row.stable).length;
  return {
    id,
    title: `${verb} on ${first.device.name} by ${targetTitle(first.target)}`,
    facts: uniqueRows([
      ['file', path],
      ['date', bench.createdAt],
      ['rcc', bench.rcc],
      ['device', first.device.name],
      ...factRows(first.device.details),
      ...provenanceRows(rows),
      ...settingRows(rows),
      ['interval', first.definition],
      ['stable', `${stable} of ${rows.length} figures`],
    ]),
    remarks: mergeWarnings(rows),
  };
}

/** How sources are named. */
export interface SourceNames {
  readonly letter: 'M' | 'S';
  readonly verb: string;
}

/** Measurements that differ in file, machine, release or definition get provenance entries of their own. */
export function collectMeasured(
  benches: readonly NamedBench[],
  { letter, verb }: SourceNames = { letter: 'M', verb: 'Measured' },
): MeasuredSet {
  const groups = benches.flatMap((bench) => {
    const alike = groupBy(bench.bench.rows, ({ target, device, definition, provenance = {} }) =>
      JSON.stringify([target, device, definition, sharedFacts(provenance)]),
    );
    return [...alike.values()].map((rows) => ({ bench, rows }));
  });
  const numbered = groups.map((group, i) => ({ ...group, id: `${letter}${i + 1}` }));
  return {
    all: numbered.flatMap(({ rows, id }) => rows.map((row) => ({ row, ref: id }))),
    provenance: numbered.map(({ bench, rows, id }) => provenanceOf(bench, rows, { id, verb })),
  };
}

/** Whether a measurement was made on this model of GPU: never so for a CPU. */
export function isOnGpu({ device }: BenchRow, gpu: string): boolean {
  return (
    device.kind === 'gpu' &&
    device.name
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .includes(gpu.toLowerCase())
  );
}

/** Those that may stand in charts and ratios. */
export function trustedOnly(all: readonly Measured[]): readonly Measured[] {
  return all.filter(({ row }) => doubtOf(row) === undefined);
}

/** How many calls ran at once when it was timed: a latency among others is not that of a call alone. */
function callsAtOnce({ row: { settings } }: Measured): number {
  const calls = Number(ownValue(settings, 'callsAtOnce') ?? 1);
  return Number.isFinite(calls) ? calls : 1;
}

/** The one of a cell that speaks for it: one that is trusted before one that is not, a call alone before calls at once, then the newest, the last in the files' order. */
export function chosenOf(own: readonly Measured[]): Measured | undefined {
  const trusted = trustedOnly(own);
  const among = trusted.length > 0 ? trusted : own;
  const least = among.reduce(
    (few, one) => Math.min(few, callsAtOnce(one)),
    Number.POSITIVE_INFINITY,
  );
  return among.filter((one) => callsAtOnce(one) === least).at(-1);
}

/** Of each cell (device, target, model, precision, batch) the one that speaks for it, in the order in which cells came. */
export function chosenOfCells(all: readonly Measured[]): readonly Measured[] {
  const cells = groupBy(all, ({ row: { device, target, model, precision, batch } }) =>
    JSON.stringify([device.kind, device.name, target, model, precision, batch]),
  );
  return [...cells.values()].flatMap((own) => chosenOf(own) ?? []);
}

/** The measurement that speaks for a cell. */
export function findMeasured(
  all: readonly Measured[],
  wanted: { readonly model: string; readonly precision: string; readonly batch: number },
): Measured | undefined {
  return chosenOf(
    all.filter(
      ({ row }) =>
        row.model === wanted.model &&
        row.precision === wanted.precision &&
        row.batch === wanted.batch,
    ),
  );
}
