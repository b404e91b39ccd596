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
  unfinished: 5,
  interrupted: 130,
};

/** The exit code of a run that told these: that of the gravest error, or of a note that has one; else 0. */
export function exitCodeOf(diagnostics: readonly Diagnostic[]): number {
  const codes = diagnostics.flatMap(({ code, severity }) => {
    const { exit } = messages[code] as MessageRow<never>;
    if (severity === 'error') return [exitCodes[exit ?? 'usage']];
    return exit === 'unfinished' ? [exitCodes[exit]] : [];
  });
  return greatest([0, ...codes]);
}
