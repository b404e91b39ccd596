import type { ReportingDescriptor } from 'sarif';
import { explainCode, explanationOf } from '../../diagnostics/explain.ts';
import type { ExitKind, Severity } from '../../diagnostics/message-row.ts';
import type { DiagnosticCode } from '../../diagnostics/messages.ts';

export type SarifLevel = 'error' | 'warning' | 'note';

export const sarifLevels: Readonly<Record<Severity, SarifLevel>> = {
  error: 'error',
  warning: 'warning',
  note: 'note',
};

/** Errors of the run, not of what it judged: SARIF keeps them apart, and no alert is raised in the user's files. */
const ofTheRun: ReadonlySet<ExitKind | undefined> = new Set([
  'tool-missing',
  'tool-failed',
  'interrupted',
]);

export function isOfTheRun(code: DiagnosticCode): boolean {
  return ofTheRun.has(explanationOf(code).exit);
}

const firstSentence = (text: string): string => /^.*?[.!?](?=\s|$)/s.exec(text)?.[0] ?? text;

/** A row of the table of diagnostics as SARIF describes it. */
export function descriptorOf(code: DiagnosticCode): ReportingDescriptor {
  const { severity, cause, cure } = explanationOf(code);
  return {
    id: code,
    shortDescription: { text: firstSentence(cause) },
    fullDescription: { text: cause },
    defaultConfiguration: { level: sarifLevels[severity] },
    help: { text: explainCode(code), markdown: `${cause}\n\n${cure}` },
  };
}
