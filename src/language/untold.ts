import { propertiesOf, specMeant } from './draft.ts';
import type { PropertyGroup } from './group-properties.ts';
import { type AssumedProperty, printFields, printValue } from './print.ts';
import { allProperties, groups, isGroupName, properties } from './properties.ts';
import type { Property, SpecParts } from './property.ts';

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
      const fields = printFields(values, property).filter((field) => !field.endsWith(' none'));
      return [{ property, assumed: `{ ${fields.join('  ')} }`, reason }];
    });
  return [...plain, ...grouped];
}
