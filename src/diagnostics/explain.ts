import type { ExitKind, MessageRow, Severity } from './message-row.ts';
import { type DiagnosticCode, messages } from './messages.ts';

/** What is known of a diagnostic before it is met. */
export interface Explanation {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly cause: string;
  readonly example?: string;
  readonly cure: string;
  /** How rcc then ends; absent where it goes on. */
  readonly exit?: ExitKind;
}

const exitSentences: Readonly<Record<ExitKind, string>> = {
  unacceptable: 'rcc then ends with exit code 1: the result is not acceptable.',
  usage: 'rcc then ends with exit code 2: wrong use or wrong input.',
  'tool-missing': 'rcc then ends with exit code 3: a tool is missing or cannot do what was asked.',
  'tool-failed': 'rcc then ends with exit code 4: a tool failed.',
  unfinished: 'rcc then ends with exit code 5: not all is done yet.',
  interrupted: 'rcc then ends with exit code 130.',
};

function indent(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}`.trimEnd())
    .join('\n');
}

/** Cause, example and cure of a diagnostic, as data. */
export function explanationOf(code: DiagnosticCode): Explanation {
  const {
    severity,
    cause,
    example,
    cure,
    exit = 'usage',
  }: Omit<MessageRow<never>, 'message' | 'hint'> = messages[code];
  return {
    code,
    severity,
    cause,
    ...(example === undefined ? {} : { example }),
    cure,
    ...(severity === 'error' ? { exit } : {}),
  };
}

/** What `rcc explain CODE` prints: cause, example and cure of a diagnostic. */
export function explainCode(code: DiagnosticCode): string {
  const { severity, cause, example, cure, exit } = explanationOf(code);
  return [
    `${code} (${severity})`,
    cause,
    ...(example === undefined ? [] : [`For example:\n\n${indent(example)}`]),
    cure,
    ...(exit === undefined ? [] : [exitSentences[exit]]),
  ].join('\n\n');
}
