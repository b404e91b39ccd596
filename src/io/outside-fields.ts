import { ownValue } from '../collections/own-value.ts';

/*
 * Values from outside JSON, taken where they have the form that is wanted and left out where not: for files of other programs, whose forms differ by
 * release.
 */

/** An object of outside JSON. */
export type Fields = Readonly<Record<string, unknown>>;

export function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : undefined;
}

export function asList(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** The first of these fields that is a string. */
export function stringField(fields: Fields, ...names: readonly string[]): string | undefined {
  return names.map((name) => ownValue(fields, name)).find((value) => typeof value === 'string');
}

export function numbersField(fields: Fields, name: string): readonly number[] | undefined {
  const list = asList(ownValue(fields, name));
  return list?.every((value) => typeof value === 'number') ? (list as number[]) : undefined;
}

/** A size, clock or rate that can be: a number from 0, far from where sums and squares become infinite. */
export function isFigure(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1e15;
}

/** Eleven days, and a picosecond: no engine takes longer or less. */
export const mostTimeMs = 1e9;
export const leastLatencyMs = 1e-9;

/** A time that can be, of an engine or a part of it. */
export function isTimeMs(value: unknown): value is number {
  return isFigure(value) && value <= mostTimeMs;
}
