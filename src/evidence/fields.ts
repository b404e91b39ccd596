/* What configurations of other programs say, taken where it has the wanted form and left out where not. */
import { ownValue } from '../collections/own-value.ts';
import { asFields, asList, type Fields } from '../io/outside-fields.ts';
import { readJson } from '../io/outside-json.ts';
import { limits } from '../language/property.ts';
import type { InputSize } from '../language/spec.ts';

export function jsonFields(text: string): Fields | undefined {
  return asFields(readJson(text).value);
}

export function fieldsAt(
  fields: Fields | undefined,
  ...path: readonly string[]
): Fields | undefined {
  return path.reduce<Fields | undefined>(
    (inner, name) => inner && asFields(ownValue(inner, name)),
    fields,
  );
}

/** A whole number from 1 on. */
export function countField(fields: Fields | undefined, name: string): number | undefined {
  const value = fields && ownValue(fields, name);
  return Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : undefined;
}

export function shareField(fields: Fields | undefined, name: string): number | undefined {
  const value = fields && ownValue(fields, name);
  return typeof value === 'number' && value > 0 && value <= 1 ? value : undefined;
}

/** Whole numbers from 1 on, one a stage. */
export function stagesField(fields: Fields, name: string): readonly number[] | undefined {
  const list = asList(ownValue(fields, name)) ?? [];
  const isOfStages = list.length > 0 && list.length <= limits.stages;
  return isOfStages && list.every((_, at) => countField({ at: list[at] }, 'at') !== undefined)
    ? (list as number[])
    : undefined;
}

/** [channels, height, width]. */
export function inputField(fields: Fields | undefined, name: string): InputSize | undefined {
  const list = asList(fields && ownValue(fields, name));
  const [channels, height, width] = list ?? [];
  const isSize = [channels, height, width].every(
    (value) => Number.isSafeInteger(value) && (value as number) > 0,
  );
  if (list?.length !== 3 || !isSize) return undefined;
  return { channels: channels as number, height: height as number, width: width as number };
}

/** Texts, at least one. */
export function textsField(
  fields: Fields | undefined,
  name: string,
): readonly string[] | undefined {
  const list = asList(fields && ownValue(fields, name));
  if (!list || list.length === 0) return undefined;
  return list.every((item) => typeof item === 'string') ? (list as string[]) : undefined;
}

/** As many numbers as there are channels. */
export function channelsField(
  fields: Fields | undefined,
  name: string,
  channels: number,
): readonly number[] | undefined {
  const list = asList(fields && ownValue(fields, name));
  if (list?.length !== channels) return undefined;
  return list.every((item) => typeof item === 'number' && Number.isFinite(item))
    ? (list as number[])
    : undefined;
}
