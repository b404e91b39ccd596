import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { visibleText } from '../../diagnostics/printable.ts';

/** All that a diagnostic says but its code and place, on lines of their own. */
export function diagnosticText({ message, hint, details = [] }: Diagnostic): string {
  return visibleText([message, ...(hint ? [`hint: ${hint}`] : []), ...details].join('\n'));
}
