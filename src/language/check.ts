import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/source.ts';
import type { ModelNode } from './ast.ts';
import { freezeSpec } from './freeze.ts';
import { type GivenProperties, valueGiven } from './given.ts';
import { reportStale, staleExpectations } from './inherited-expectations.ts';
import type { PropertyName } from './properties.ts';
import { readProperties } from './read-properties.ts';
import { reportTo } from './report.ts';
import { resolveSpec } from './resolve.ts';
import type { Rule, RuleContext } from './rule.ts';
import { rules } from './rules.ts';
import type { Spec } from './spec.ts';

/** A model after its check: what models that extend it take from it, and the spec if it is right. */
export interface CheckedModel {
  readonly node: ModelNode;
  readonly given: GivenProperties;
  readonly unreadable: ReadonlySet<PropertyName>;
  /** Undefined where the model, or a base of it, has an error. */
  readonly spec?: Spec;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Checks one model. `base` is the model that it extends, checked; undefined where it extends none or one that does
 * not exist (which whoever resolves names reports).
 */
export function checkSpec(node: ModelNode, base?: CheckedModel): CheckedModel {
  const diagnostics: Diagnostic[] = [];
  const own = readProperties(node, reportTo(diagnostics));
  const merged = new Map([...(base?.given ?? []), ...own.given]);
  const stale = staleExpectations(base?.given, merged, node);
  reportStale(stale, node, reportTo(diagnostics));
  const dropped = new Set(stale.map(({ expectation }) => expectation));
  const given = new Map([...merged].filter(([name]) => !dropped.has(name)));
  const inherited = [...(base?.unreadable ?? [])].filter((name) => !own.given.has(name));
  const unreadable = new Set([...inherited, ...own.unreadable]);
  const spec = resolveSpec(node, given);
  const whole = !node.broken && (node.base === undefined || base !== undefined);
  const isOwn = (name: PropertyName) => given.get(name)?.model === node;
  const applying = rules.filter(
    ({ involves, needsWhole }) =>
      (whole || !needsWhole) &&
      !involves.some((name) => unreadable.has(name)) &&
      // What the base says alone was checked, and reported, there.
      (node.base === undefined || involves.some(isOwn)),
  );
  for (const rule of applying) rule.check(contextOf({ rule, node, given, spec, diagnostics }));
  const sound =
    whole &&
    (base === undefined || base.spec !== undefined) &&
    unreadable.size === 0 &&
    diagnostics.every(({ severity }) => severity !== 'error');
  return { node, given, unreadable, diagnostics, ...(sound ? { spec: freezeSpec(spec) } : {}) };
}

interface RuleInput {
  readonly rule: Rule;
  readonly node: ModelNode;
  readonly given: GivenProperties;
  readonly spec: Spec;
  readonly diagnostics: Diagnostic[];
}

function contextOf({ rule, node, given, spec, diagnostics }: RuleInput): RuleContext {
  const isOwn = (name: PropertyName) => given.get(name)?.model === node;
  return {
    spec,
    base: node.base?.text,
    given: (name) => valueGiven(given, name),
    isOwn,
    report(code, parameters) {
      diagnostics.push(createDiagnostic(code, parameters, { span: placeOf(rule, node, given) }));
    },
  };
}

function placeOf({ involves }: Rule, node: ModelNode, given: GivenProperties): Span {
  const own = involves.map((name) => given.get(name)).find((property) => property?.model === node);
  return own?.valueSpan ?? node.name.span;
}
