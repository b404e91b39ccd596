import { dirname, isAbsolute, relative } from 'node:path';
import type { ModelNode } from './ast.ts';
import type { Given, GivenProperties } from './given.ts';
import type { SpecDraft } from './print.ts';
import { isProperty, type PropertyName, type PropertyValues } from './properties.ts';
import { resolveSpec } from './resolve.ts';
import type { Spec } from './spec.ts';
import { specToJson } from './spec-json.ts';
import { variants } from './variants.ts';

/** The shortest draft that means the spec; paths become relative to its file again. */
export function draftOf(spec: Spec): SpecDraft {
  const { preprocess, expect, weights, reference } = spec;
  const toFile = (path: string) => (isAbsolute(path) ? path : relative(dirname(spec.file), path));
  const network =
    spec.depth === undefined ? { block: spec.block, stages: spec.stages } : { depth: spec.depth };
  return {
    name: spec.name,
    properties: shortestProperties({
      ...network,
      widths: spec.widths,
      expansion: spec.expansion,
      stem: spec.stem,
      'stem-widths': spec.stemWidths,
      shortcut: spec.shortcut,
      'first-shortcut': spec.firstShortcut,
      stride: spec.strideIn,
      input: spec.input,
      classes: spec.classes,
      head: spec.head,
      ...(spec.labels === undefined ? {} : { labels: toFile(spec.labels) }),
      'preprocess.resize': preprocess.resize ?? 'none',
      'preprocess.crop': preprocess.crop ?? 'none',
      'preprocess.mean': preprocess.mean,
      'preprocess.std': preprocess.std,
      'preprocess.color': preprocess.color,
      'preprocess.interpolation': preprocess.interpolation,
      'preprocess.antialias': preprocess.antialias,
      ...prefixed('expect', expect),
      ...(weights ? { weights: { ...weights, path: toFile(weights.path) } } : {}),
      ...(reference
        ? {
            'reference.input': toFile(reference.input),
            'reference.logits': toFile(reference.logits),
          }
        : {}),
    }),
  };
}

function prefixed(group: string, fields: object): PropertyValues {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [`${group}.${name}`, value]),
  );
}

/** The properties without those that would hold anyway; `stem` and `shortcut` as the variant they make up. */
export function shortestProperties(values: PropertyValues): PropertyValues {
  const meant = meaningOf(values);
  let shortest = asVariant(values);
  for (const name of Object.keys(shortest).filter(isProperty)) {
    if (structural.has(name)) continue;
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
  const span = { file: { path: '', text: '' }, start: 0, end: 0 };
  const model: ModelNode = { name: { text: '', span }, properties: [], span, broken: false };
  const given: GivenProperties = new Map(
    Object.entries(values).flatMap(([name, value]): [PropertyName, Given<unknown>][] =>
      isProperty(name) ? [[name, { value, span, valueSpan: span, model }]] : [],
    ),
  );
  return JSON.stringify(specToJson(resolveSpec(model, given)));
}
