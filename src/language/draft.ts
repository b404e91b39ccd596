import { dirname, isAbsolute, relative } from 'node:path';
import type { ModelNode } from './ast.ts';
import type { Given, GivenProperties } from './given.ts';
import type { SpecDraft } from './print.ts';
import {
  allProperties,
  isProperty,
  type PropertyName,
  type PropertyValues,
  properties,
} from './properties.ts';
import type { SpecParts } from './property.ts';
import { resolveSpec } from './resolve.ts';
import type { Spec } from './spec.ts';
import { specToJson } from './spec-json.ts';
import { variants } from './variants.ts';

/** The shortest draft that means the spec; paths become relative to its file again. */
export function draftOf(spec: Spec): SpecDraft {
  const folder = dirname(spec.file);
  const toFile = (path: string) => (isAbsolute(path) ? path : relative(folder, path));
  return { name: spec.name, properties: shortestProperties(propertiesOf(spec, toFile)) };
}

/** What a model would say to have these parts, by the rows of the table. */
export function propertiesOf(
  spec: SpecParts,
  toFile: (path: string) => string = (path) => path,
): PropertyValues {
  const told = allProperties.map((name) => [name, properties[name].from(spec, toFile)] as const);
  return Object.fromEntries(told.filter(([, value]) => value !== undefined));
}

/** The properties without those that would hold anyway, unless they are to be kept; `stem` and `shortcut` as the variant they make up. */
export function shortestProperties(
  values: PropertyValues,
  kept: ReadonlySet<PropertyName> = new Set(),
): PropertyValues {
  const meant = meaningOf(values);
  let shortest = asVariant(values);
  for (const name of Object.keys(shortest).filter(isProperty)) {
    if (structural.has(name) || kept.has(name)) continue;
    const { [name]: _, ...without } = shortest;
    if (meaningOf(without) === meant) shortest = without;
  }
  return shortest;
}

/** A model says what it is made of, whatever the checker puts in its place where it does not. */
const structural: ReadonlySet<PropertyName> = new Set(['depth', 'block', 'stages']);

function asVariant(values: PropertyValues): PropertyValues {
  const { stem, shortcut, ...rest } = values;
  const names = Object.keys(variants) as (keyof typeof variants)[];
  const variant = names.find(
    (name) => variants[name].stem === stem && variants[name].shortcut === shortcut,
  );
  return variant === undefined ? values : { ...rest, variant };
}

/** What the properties mean with all defaults filled in, as comparable text. */
function meaningOf(values: PropertyValues): string {
  return JSON.stringify(specToJson(specMeant(values)));
}

/** The spec of a model without a name that says just this, all defaults filled in. */
export function specMeant(values: PropertyValues): Spec {
  const span = { file: { path: '', text: '' }, start: 0, end: 0 };
  const model: ModelNode = { name: { text: '', span }, properties: [], span, broken: false };
  const given: GivenProperties = new Map(
    Object.entries(values).flatMap(([name, value]): [PropertyName, Given<unknown>][] =>
      isProperty(name) ? [[name, { value, span, valueSpan: span, model }]] : [],
    ),
  );
  return resolveSpec(model, given);
}
