import { printable } from '../diagnostics/printable.ts';
import type { ModelNode } from './ast.ts';
import type { GivenProperties } from './given.ts';
import { allProperties, type PropertyName, properties } from './properties.ts';
import type { Property } from './property.ts';
import type { Report } from './report.ts';
import { resolveProperties, resolveWeights } from './resolve.ts';

/** An expectation of a base that says nothing of a model, and the properties that the model changes. */
export interface StaleExpectation {
  readonly expectation: PropertyName;
  /** In the order of the table. */
  readonly changed: readonly PropertyName[];
}

/** `input` has the parts `input.channels`, `input.height` and `input.width`; a number or a list is one. */
function partsOf(name: string, value: unknown): readonly (readonly [part: string, text: string])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [[name, JSON.stringify(value) ?? '']];
  return Object.entries(value).map(([key, part]) => [`${name}.${key}`, JSON.stringify(part) ?? '']);
}

/** What each property comes to, given or by default, part by part. */
function meaningsOf(given: GivenProperties) {
  const model: object = resolveProperties(given);
  // The same text is another file where another .rn file says it.
  const meaningOf = (name: PropertyName): unknown =>
    name === 'weights' ? resolveWeights(given) : Reflect.get(model, name);
  const partsIn = (name: PropertyName): unknown => {
    const { parts }: Pick<Property<never>, 'parts'> = properties[name];
    const meaning = meaningOf(name);
    return parts ? parts(meaning as never) : meaning;
  };
  return new Map(
    allProperties.map((name) => [name, new Map(partsOf(name, partsIn(name)))] as const),
  );
}

/** The parts that differ, with the property that each belongs to. */
function changedParts(base: GivenProperties, given: GivenProperties) {
  const [before, after] = [meaningsOf(base), meaningsOf(given)];
  return allProperties.flatMap((name) => {
    const [old, now] = [before.get(name), after.get(name)];
    const parts = new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])]);
    return [...parts]
      .filter((part) => old?.get(part) !== now?.get(part))
      .map((part) => ({ name, part }));
  });
}

function unaffectedBy(expectation: PropertyName): readonly string[] | undefined {
  const row: Pick<Property<unknown>, 'unaffectedBy'> = properties[expectation];
  return row.unaffectedBy;
}

/** Expectations that the model has from its base alone, although it changes what they depend on. */
export function staleExpectations(
  base: GivenProperties | undefined,
  given: GivenProperties,
  node: ModelNode,
): readonly StaleExpectation[] {
  const isOwn = (name: PropertyName): boolean => given.get(name)?.model === node;
  const inherited = [...(base?.keys() ?? [])].filter((name) => unaffectedBy(name) && !isOwn(name));
  if (!base || inherited.length === 0) return [];
  const changes = changedParts(base, given);
  return inherited.flatMap((expectation) => {
    const harmless = unaffectedBy(expectation) ?? [];
    const isHarmless = (part: string): boolean =>
      harmless.some((name) => part === name || part.startsWith(`${name}.`));
    const changed = [
      ...new Set(changes.filter(({ part }) => !isHarmless(part)).map(({ name }) => name)),
    ];
    if (changed.length === 0) return [];
    // `depth 101` changes the stages with it: what the model says itself is the reason.
    const said = changed.filter(isOwn);
    return [{ expectation, changed: said.length > 0 ? said : changed }];
  });
}

/** One note for a model: which figures it does not take over, those of one reason together. */
export function reportStale(
  stale: readonly StaleExpectation[],
  node: ModelNode,
  report: Report,
): void {
  if (stale.length === 0) return;
  const byReason = new Map<string, readonly string[]>();
  for (const { expectation, changed } of stale) {
    const reason = changed.join(', ');
    const figure = expectation.replace(/^.*\./, '');
    byReason.set(reason, [...(byReason.get(reason) ?? []), figure]);
  }
  const dropped = [...byReason].map(
    ([reason, figures]) => `${figures.join(', ')} (changed: ${reason})`,
  );
  const [model, base] = [node.name.text, node.base?.text ?? ''].map(printable) as [string, string];
  report(
    'expectation-not-inherited',
    { model, base, dropped },
    { span: node.base?.span ?? node.name.span },
  );
}
