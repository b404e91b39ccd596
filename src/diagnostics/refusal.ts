import { fail, type MessageParameters } from './diagnostic.ts';
import type { DiagnosticCode } from './messages.ts';

/** Codes whose message ends in a clause that says what is wrong. */
type ReasonedCode = {
  [C in DiagnosticCode]: MessageParameters<C> extends { reason: string } ? C : never;
}[DiagnosticCode];

/** Throws a diagnostic about a thing, with what is wrong with it as a clause. */
export type Refusal<C extends ReasonedCode> = (
  what: Omit<MessageParameters<C>, 'reason'>,
  reason: string,
) => never;

/** How a reader refuses what does not hold what its format asks for: with one code, and a reason each time. */
export function refusal<C extends ReasonedCode>(code: C): Refusal<C> {
  return (what, reason) =>
    // The rows of these codes have a reason; TypeScript does not follow it through the lookup.
    fail(code, { ...what, reason } as unknown as MessageParameters<C>);
}
