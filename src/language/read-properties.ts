import { findNearest } from '../diagnostics/nearest.ts';
import { printable } from '../diagnostics/printable.ts';
import { positionAt, type Span } from '../diagnostics/source.ts';
import type { ModelNode, PropertyNode } from './ast.ts';
import type { Given } from './given.ts';
import {
  groups,
  isGroupName,
  isProperty,
  type PropertyName,
  properties,
  qualifiedName,
  wordsIn,
} from './properties.ts';
import type { Report } from './report.ts';
import { readSingle, reportWrongValue } from './values/value-type.ts';

export interface Reading {
  readonly given: ReadonlyMap<PropertyName, Given<unknown>>;
  /** Properties that are there and could not be understood; rules that ask for them have nothing to say. */
  readonly unreadable: ReadonlySet<PropertyName>;
}

interface ReadingState {
  readonly model: ModelNode;
  readonly report: Report;
  readonly given: Map<PropertyName, Given<unknown>>;
  readonly unreadable: Set<PropertyName>;
  /** Where each property and group was first written, by full name. */
  readonly seen: Map<string, Span>;
}

/** The properties that a model itself says, each by the type of its row; every mistake is reported. */
export function readProperties(model: ModelNode, report: Report): Reading {
  const state: ReadingState = {
    model,
    report,
    given: new Map(),
    unreadable: new Set(),
    seen: new Map(),
  };
  for (const property of model.properties) {
    if (isGroupName(property.name)) readGroup(property, state);
    else readProperty(property, undefined, state);
  }
  return state;
}

function readGroup(property: PropertyNode, state: ReadingState): void {
  const { name, nameSpan, values } = property;
  if (!isGroupName(name) || isRepeated(name, property, state)) return;
  const context = { name, nameSpan, example: groups[name].example, report: state.report };
  const value = readSingle(values, context);
  if (!value) return;
  if (value.kind !== 'group') {
    reportWrongValue(value, { expected: 'properties in braces' }, context);
    return;
  }
  for (const field of value.properties) readProperty(field, name, state);
}

function readProperty(
  property: PropertyNode,
  group: string | undefined,
  state: ReadingState,
): void {
  const { name, nameSpan, values, span } = property;
  const fullName = qualifiedName(group, name);
  if (!isProperty(fullName)) {
    reportUnknown(property, group, state);
    return;
  }
  if (isRepeated(fullName, property, state)) return;
  const { type, example } = properties[fullName];
  const value = type.read(values, { name, nameSpan, example, report: state.report });
  if (value === undefined) {
    state.unreadable.add(fullName);
    return;
  }
  const valueSpan = { ...span, start: values[0]?.span.start ?? span.start };
  state.given.set(fullName, { value, span, valueSpan, model: state.model });
}

function isRepeated(
  fullName: string,
  { name, nameSpan }: PropertyNode,
  state: ReadingState,
): boolean {
  const first = state.seen.get(fullName);
  if (!first) {
    state.seen.set(fullName, nameSpan);
    return false;
  }
  const { line } = positionAt(first.file, first.start);
  state.report('duplicate-property', { name, line }, { span: nameSpan });
  return true;
}

function reportUnknown(
  { name, nameSpan }: PropertyNode,
  group: string | undefined,
  { report, unreadable }: ReadingState,
): void {
  const nearest = findNearest(name, wordsIn(group));
  const meant = nearest && qualifiedName(group, nearest);
  if (meant && isProperty(meant)) unreadable.add(meant);
  const home = Object.keys(groups).find((other) => wordsIn(other).includes(name));
  const inModel = group !== undefined && wordsIn(undefined).includes(name);
  const hint = inModel
    ? `'${name}' belongs to the model: does '${group}' lack its '}' before it?`
    : home && `'${name}' stands in braces: \`${home} { ${name} … }\`.`;
  report(
    'unknown-property',
    { name: printable(name), where: group === undefined ? 'A model' : `'${group}'`, nearest },
    { span: nameSpan, hint },
  );
}
