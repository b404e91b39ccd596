import {
  allProperties,
  type GroupName,
  groups,
  isGroupName,
  type PropertyName,
  properties,
  wordsIn,
} from './properties.ts';
import type { Property } from './property.ts';

/** What `rcc explain` takes and completes: properties, groups, and fields with and without their group. */
export const propertyNames: readonly string[] = [
  ...new Set([
    ...wordsIn(undefined),
    ...allProperties.map((name) => name.replace(/^.*\./, '')),
    ...allProperties,
  ]),
];

export function isPropertyName(name: string): boolean {
  return propertyNames.includes(name);
}

/** What `rcc explain PROPERTY` prints; a field's name without its group tells of every property that has it. */
export function explainProperty(name: string): string {
  const parts = [
    ...(isGroupName(name) ? [explainGroup(name)] : []),
    ...allProperties.filter((full) => full === name || full.endsWith(`.${name}`)).map(explainOne),
  ];
  return parts.join('\n\n');
}

function explainGroup(name: GroupName): string {
  const { doc, example } = groups[name];
  const fields = wordsIn(name).join(', ');
  return `${name} { ${fields} }\n\n  ${doc.replaceAll('`', '')}\n\n  Example: ${example}`;
}

function inheritance(unaffectedBy: readonly string[]): string {
  const names = unaffectedBy.map((name) => `\`${name}\``).join(', ');
  return `by a model that extends this one, unless it changes anything else than ${names}; \`rcc check\` then says so`;
}

/** The facts of a property beside its doc, for `rcc explain` and for docs/language.md. */
export function factsOf(name: PropertyName): readonly (readonly [label: string, text: string])[] {
  const row: Omit<Property<unknown>, 'type'> & { readonly type: { readonly range?: string } } =
    properties[name];
  const facts = [
    ['Default', row.default],
    ['Unit', row.unit],
    ['Range', row.type.range],
    ['Check', row.check],
    ['Inherited', row.unaffectedBy && inheritance(row.unaffectedBy)],
    ['Why', row.reason],
    ['Example', `\`${row.example}\``],
  ] as const;
  return facts.flatMap(([label, text]) => (text === undefined ? [] : [[label, text] as const]));
}

/** `stride in conv1 | conv2`, `preprocess { crop NUMBER | none }`. */
export function syntaxOf(name: PropertyName): string {
  const [group, field] = name.includes('.') ? name.split('.') : [undefined, name];
  const syntax = `${field} ${properties[name].type.form}`;
  return group === undefined ? syntax : `${group} { ${syntax} }`;
}

function explainOne(name: PropertyName): string {
  const facts = factsOf(name).map(([label, text]) => `  ${label}: ${text.replaceAll('`', '')}`);
  const doc = `  ${properties[name].doc.replaceAll('`', '')}`;
  return [syntaxOf(name), '', doc, '', ...facts].join('\n');
}
