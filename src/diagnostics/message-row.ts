export type Severity = 'error' | 'warning' | 'note';

/** Which exit code of design.md it belongs to; also of a note that says one, where nothing went wrong and not all is done. */
export type ExitKind =
  | 'unacceptable'
  | 'usage'
  | 'tool-missing'
  | 'tool-failed'
  | 'unfinished'
  | 'interrupted';

/**
 * One row of the message table. `cause`, `example` and `cure` are what `rcc explain CODE` prints.
 */
export interface MessageRow<P> {
  readonly severity: Severity;
  /** Default `usage`. */
  readonly exit?: ExitKind;
  message(parameters: P): string;
  hint?(parameters: P): string | undefined;
  /** What to write in the place of the span to follow the hint; undefined: no text that is surely meant. */
  fix?(parameters: P): string | undefined;
  readonly cause: string;
  readonly example?: string;
  readonly cure: string;
}

/** Keeps the parameter type of each row while checking its form. */
export function row<P>(definition: MessageRow<P>): MessageRow<P> {
  return definition;
}
