import { fail } from './diagnostic.ts';
import { findNearest } from './nearest.ts';

/** Throws DiagnosticError `argument-unknown` where a program names something that is not. `what` it is, in a word: `target`. */
export function requireKnown(what: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  fail('argument-unknown', { what, name, known, nearest: findNearest(name, known) });
}
