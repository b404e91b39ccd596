import { boundedDetails, boundedLine, boundedParameters } from './bounds.ts';
import type { MessageRow, Severity } from './message-row.ts';
import { type DiagnosticCode, messages } from './messages.ts';
import type { Span } from './source.ts';

/** A text in the place of another; of an empty span, one put in. */
export interface Fix {
  readonly span: Span;
  readonly text: string;
}

/** What a user is told: a stable code, one sentence, where, and what to do about it. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly message: string;
  readonly span?: Span;
  readonly hint?: string;
  /** The hint as a change of the text, for editors. */
  readonly fix?: Fix;
  /** Facts that belong to it: the last lines of a log, the tensors of a list. At most a screenful. */
  readonly details?: readonly string[];
}

/** Typed parameters of a code: what the functions of its message-table row take. */
export type MessageParameters<C extends DiagnosticCode> = Parameters<
  (typeof messages)[C]['message']
>[0];

export interface DiagnosticContext {
  readonly span?: Span | undefined;
  /** Replaces the hint of the message table where the place knows better. */
  readonly hint?: string | undefined;
  /** The change that such a hint stands for. */
  readonly fix?: Fix | undefined;
  readonly details?: readonly string[] | undefined;
}

/** The change that the row's own hint stands for; its text is the user's or the language's, and is not cut. */
function fixOf<P>({ fix }: MessageRow<P>, parameters: P, { hint, span }: DiagnosticContext) {
  const text = hint === undefined && span ? fix?.(parameters) : undefined;
  return span && text !== undefined ? { span, text } : undefined;
}

/** Makes a diagnostic from its row in the message table; parameters are typed by that row. All its texts are bounded and visible. */
export function createDiagnostic<C extends DiagnosticCode>(
  code: C,
  parameters: MessageParameters<C>,
  context: DiagnosticContext = {},
): Diagnostic {
  // The row's functions take exactly MessageParameters<C>; TypeScript cannot follow the lookup through the union.
  const row = messages[code] as unknown as MessageRow<MessageParameters<C>>;
  const told = boundedParameters(parameters);
  const hint = context.hint ?? row.hint?.(told);
  const fix = context.fix ?? fixOf(row, parameters, context);
  return {
    code,
    severity: row.severity,
    message: boundedLine(row.message(told)),
    ...(context.span ? { span: context.span } : {}),
    ...(hint ? { hint: boundedLine(hint) } : {}),
    ...(fix ? { fix } : {}),
    ...(context.details ? { details: boundedDetails(context.details) } : {}),
  };
}

/** Carries what is wrong with the user's input or an outside program up to the command line. A bug is any other error. */
export class DiagnosticError extends Error {
  override readonly name = 'DiagnosticError';
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(boundedDetails(diagnostics.map((d) => `${d.code}: ${d.message}`)).join('\n'));
    this.diagnostics = diagnostics;
  }
}

/** Throws one diagnostic: for rooms where nothing can go on after the first mistake (readers, engines). */
export function fail<C extends DiagnosticCode>(
  code: C,
  parameters: MessageParameters<C>,
  context: DiagnosticContext = {},
): never {
  throw new DiagnosticError([createDiagnostic(code, parameters, context)]);
}
