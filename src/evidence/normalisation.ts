import { ownValue } from '../collections/own-value.ts';
import { asList, type Fields } from '../io/outside-fields.ts';
import type { PropertyValues } from '../language/properties.ts';
import { known } from './evidence.ts';
import { channelsField } from './fields.ts';

function rounded(value: number, digits: number): number {
  return Number(value.toPrecision(digits));
}

/** mean and std of values from 0 to 1, where those that are given are of values from 0 to `white`. */
export function normalisation(
  fields: Fields,
  names: { readonly mean: string; readonly std: string },
  { white, channels }: { readonly white: number; readonly channels: number },
): PropertyValues {
  // 0.00392157 is meant to be 1/255.
  const scale = rounded(white, 6);
  const shared = (name: string) =>
    channelsField(fields, name, channels)?.map((value) => rounded(value / scale, 9));
  const mean = shared(names.mean);
  const std = shared(names.std);
  const isNumber = [...(mean ?? []), ...(std ?? [])].every(Number.isFinite);
  return isNumber ? known({ 'preprocess.mean': mean, 'preprocess.std': std }) : {};
}

/** Of how many channels a mean is, where it has one for each. */
export function channelsOfMean(fields: Fields | undefined, name: string): number | undefined {
  return asList(fields && ownValue(fields, name))?.length || undefined;
}
