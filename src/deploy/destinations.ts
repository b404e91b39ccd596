import { requireKnown } from '../diagnostics/require-known.ts';
import type { Destination } from './destination.ts';

/** Every destination, in the order of the help. Read when the command line starts: what a row needs is loaded when it plans. */
export const destinations: readonly Destination[] = [];

/** Throws DiagnosticError `argument-unknown` where there is none of the name. */
export function destinationOf(name: string): Destination {
  requireKnown(
    'destination',
    name,
    destinations.map((one) => one.name),
  );
  return destinations.find((one) => one.name === name) as Destination;
}
