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

/** A report that adds to the given list. */
export function reportTo(diagnostics: Diagnostic[]): Report {
  return (code, parameters, context) => {
    diagnostics.push(createDiagnostic(code, parameters, context));
  };
}
