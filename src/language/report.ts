import {
  createDiagnostic,
  type Diagnostic,
  type DiagnosticContext,
  type MessageParameters,
} from '../diagnostics/diagnostic.ts';
import type { DiagnosticCode } from '../diagnostics/messages.ts';

/** Takes note of one mistake; the caller goes on. */
export type Report = <C extends DiagnosticCode>(
  code: C,
  parameters: MessageParameters<C>,
  context: DiagnosticContext,
) => void;

/** Mistakes of a file that are taken note of: far more than are shown, and few enough to be sorted through at once. */
export const mostMistakes = 1000;

/** A report that adds to the given list, up to `mostMistakes`. */
export function reportTo(diagnostics: Diagnostic[]): Report {
  return (code, parameters, context) => {
    if (diagnostics.length < mostMistakes)
      diagnostics.push(createDiagnostic(code, parameters, context));
  };
}
