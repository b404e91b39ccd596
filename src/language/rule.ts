import type { MessageParameters } from '../diagnostics/diagnostic.ts';
import type { DiagnosticCode } from '../diagnostics/messages.ts';
import type { PropertyName, PropertyValue } from './properties.ts';
import type { Spec } from './spec.ts';

/** What a rule can see of the model it checks. */
export interface RuleContext {
  /** With all defaults filled in. */
  readonly spec: Spec;
  /** Name of the model that this one extends. */
  readonly base: string | undefined;
  /** What was written, here or in a base. */
  given<N extends PropertyName>(name: N): PropertyValue<N> | undefined;
  /** Whether the model itself says it. */
  isOwn(name: PropertyName): boolean;
  /** Points at the first involved property that the model itself gives, or at its name where it gives none. */
  report<C extends DiagnosticCode>(code: C, parameters: MessageParameters<C>): void;
}

/** Something that must hold between properties. */
export interface Rule {
  readonly name: string;
  /** The properties it depends on; where one of them could not be read, the rule is not checked. */
  readonly involves: readonly PropertyName[];
  /** It misses something, so it is not checked where a part of the model could not be read. */
  readonly needsWhole?: true;
  check(context: RuleContext): void;
}
