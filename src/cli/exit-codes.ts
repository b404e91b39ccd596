import { greatest } from '../collections/extremes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { ExitKind, MessageRow } from '../diagnostics/message-row.ts';
import { messages } from '../diagnostics/messages.ts';

/** Exit codes of design.md, "Streams and exit codes". */
export const exitCodes: Readonly<Record<ExitKind, number>> = {
  unacceptable: 1,
  usage: 2,
  'tool-missing': 3,
  'tool-failed': 4,
  interrupted: 130,
};

/** The exit code of a run that told these: 0 where none is an error, else that of the gravest. */
export function exitCodeOf(diagnostics: readonly Diagnostic[]): number {
  const codes = diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(({ code }) => exitCodes[(messages[code] as MessageRow<never>).exit ?? 'usage']);
  return greatest([0, ...codes]);
}
