import type { Span } from '../diagnostics/source.ts';
import type { ModelNode } from './ast.ts';
import type { PropertyName, PropertyValue } from './properties.ts';

/** A property's value and where it was written. */
export interface Given<T> {
  readonly value: T;
  /** Name and value. */
  readonly span: Span;
  readonly valueSpan: Span;
  /** The model that says it: the one that is checked, or one of its bases. */
  readonly model: ModelNode;
}

/** What a model says, bases included. */
export type GivenProperties = ReadonlyMap<PropertyName, Given<unknown>>;

/** The value of a property, typed by its row of the table. */
export function givenOf<N extends PropertyName>(
  given: GivenProperties,
  name: N,
): Given<PropertyValue<N>> | undefined {
  // Each entry was read by the type of the row it is filed under.
  return given.get(name) as Given<PropertyValue<N>> | undefined;
}

export function valueGiven<N extends PropertyName>(
  given: GivenProperties,
  name: N,
): PropertyValue<N> | undefined {
  return givenOf(given, name)?.value;
}
