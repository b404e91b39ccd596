import { ownValue } from '../../../src/collections/own-value.ts';

/** What outside JSON holds, taken only where it has the form that is wanted. */
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
