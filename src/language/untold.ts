import { propertiesOf, specMeant } from './draft.ts';
import type { PropertyGroup } from './group-properties.ts';
import { type AssumedProperty, printFields, printValue } from './print.ts';
import {
  allProperties,
  groups,
  isGroupName,
  type PropertyValues,
  properties,
} from './properties.ts';
import type { Property, SpecParts } from './property.ts';

/** Whether a field, as it is printed, changes anything: pictures that are not resized are not interpolated. */
function hasEffect(field: string, values: PropertyValues): boolean {
  const ofResize = /^(interpolation|antialias) /.test(field);
  return !field.endsWith(' none') && !(ofResize && values['preprocess.resize'] === 'none');
}

/** What no weights file tells of a network, each with the value that holds where a model says nothing else. */
export function untoldProperties(network: SpecParts): readonly AssumedProperty[] {
  const values = propertiesOf(specMeant(propertiesOf(network)));
  const plain = allProperties.flatMap((property) => {
    const { untold }: Pick<Property<unknown>, 'untold'> = properties[property];
    const reason = untold?.(network);
    const assumed = printValue(values, property);
    return reason === undefined || assumed === undefined ? [] : [{ property, assumed, reason }];
  });
  const grouped = Object.keys(groups)
    .filter(isGroupName)
    .flatMap((property) => {
      const { untold: reason }: PropertyGroup = groups[property];
      if (reason === undefined) return [];
      const fields = printFields(values, property).filter((field) => hasEffect(field, values));
      return [{ property, assumed: `{ ${fields.join('  ')} }`, reason }];
    });
  return [...plain, ...grouped];
}

/** What neither names nor shapes tell and no property says: how such a network must be for its logits to be right. */
export const plainNetwork: readonly string[] = [
  'ReLU behind every norm but the last of a block, and behind its sum',
  'a 3×3 max pool with padding',
];
