import { type PrecisionRow, precisions } from './precision-table.ts';

export type {
  FeatureTolerance,
  PrecisionPassOptions,
  PrecisionRow,
  Tolerance,
} from './precision-table.ts';
export { precisions };

export type Precision = (typeof precisions)[number]['name'];

/** Those that graphs are written in. */
export type WrittenPrecision = Exclude<
  (typeof precisions)[number],
  { readonly isLowered: true }
>['name'];

/** What the others are compared with, and what is made where none is asked for. */
export const referencePrecision: Precision = precisions[0].name;

export const precisionNames: readonly Precision[] = precisions.map(({ name }) => name);

const byName: ReadonlyMap<string, PrecisionRow> = new Map(precisions.map((row) => [row.name, row]));

export function precisionRow(name: Precision): PrecisionRow {
  const row = byName.get(name);
  if (!row) throw new Error(`there is no precision ${name}`);
  return row;
}

/** Whether graphs are written in it: a compiler may compute them in others. */
export function isWritten(name: Precision): name is WrittenPrecision {
  return !precisionRow(name).isLowered;
}

export const writtenPrecisions: readonly WrittenPrecision[] = precisionNames.filter(isWritten);
