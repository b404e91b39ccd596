/*
 * Workflow commands of GitHub Actions: docs.github.com, "Workflow commands for GitHub Actions", escaped as packages/core/src/command.ts of actions/toolkit does.
 */
import type { Severity } from '../../diagnostics/message-row.ts';
import { printable, visibleText } from '../../diagnostics/printable.ts';
import type { CaseVerdict, JudgedCase } from '../judged-case.ts';
import { diagnosticText } from './diagnostic-text.ts';
import type { Formatter } from './formats.ts';
import type { LocatedDiagnostic, Location, Outcome } from './outcome.ts';

/** GitHub's word for a severity; the worst first, since it shows ten annotations of a kind. */
const levels: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  note: 'notice',
};

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

type Properties = Readonly<Record<string, string | number>>;

function workflowCommand(name: string, properties: Properties, message: string): string {
  const written = Object.entries(properties)
    .map(([key, value]) => `${key}=${escapeProperty(visibleText(String(value)))}`)
    .join(',');
  return `::${name} ${written}::${escapeData(visibleText(message))}`;
}

/** The runner takes columns within one line only; its last column is the one that is still meant. */
function placeProperties({ path, region }: Location): Properties {
  if (!region) return { file: path, line: 1 };
  const { line, column, endLine, endColumn } = region;
  const columns =
    line === endLine ? { col: column, endColumn: Math.max(column, endColumn - 1) } : {};
  return { file: path, line, endLine, ...columns };
}

function annotation({ diagnostic, location }: LocatedDiagnostic): string {
  const properties = { ...(location && placeProperties(location)), title: diagnostic.code };
  return workflowCommand(levels[diagnostic.severity], properties, diagnosticText(diagnostic));
}

/** Names of cases that passed that a notice lists. */
const mostNamed = 20;

function countText({ cases }: Outcome): string {
  const counted = cases.filter(({ verdict }) => verdict !== 'skipped');
  const passed = counted.filter(({ verdict }) => verdict === 'passed');
  const names = passed.slice(0, mostNamed).map(({ group, name }) => `${printable(group)}: ${name}`);
  const rest = passed.length - names.length;
  const lines = [...names, ...(rest > 0 ? [`… and ${rest} more`] : [])];
  return [`${passed.length} of ${counted.length} passed`, ...lines].join('\n');
}

function annotations(outcome: Outcome): string {
  const { told, cases, command } = outcome;
  const severities = Object.keys(levels);
  const worstFirst = told.toSorted(
    (a, b) => severities.indexOf(a.diagnostic.severity) - severities.indexOf(b.diagnostic.severity),
  );
  const notice = workflowCommand('notice', { title: `rcc ${command}` }, countText(outcome));
  return [...worstFirst.map(annotation), ...(cases.length > 0 ? [notice] : [])].join('\n');
}

const verdictWords: Readonly<Record<CaseVerdict, string>> = {
  passed: 'passed',
  failed: '**failed**',
  error: '**not judged**',
  skipped: 'skipped',
};

/** Rows of a job summary, which GitHub cuts at 1 MiB. */
const mostRows = 500;

function cellText(text: string): string {
  return visibleText(text)
    .replaceAll(/[\\|`*_<>[\]&]/g, (sign) => `&#${sign.charCodeAt(0)};`)
    .replaceAll(/\s*\n\s*/g, ' ');
}

function summaryRow({ group, name, verdict, reason, diagnostics }: JudgedCase): string {
  const found = verdict === 'passed' ? reason : (reason ?? diagnostics[0]?.message);
  const cells = [cellText(printable(group)), cellText(name), verdictWords[verdict]];
  return `| ${[...cells, cellText(found ?? '')].join(' | ')} |`;
}

function jobSummary(outcome: Outcome): string {
  const { command, cases, told } = outcome;
  const rows = cases.slice(0, mostRows).map(summaryRow);
  const rest = cases.length - rows.length;
  const warnings = told.filter(({ diagnostic }) => diagnostic.severity === 'warning').length;
  return [
    `### rcc ${command}`,
    '',
    '| | | verdict | |',
    '| --- | --- | --- | --- |',
    ...rows,
    ...(rest > 0 ? ['', `… and ${rest} more.`] : []),
    ...(warnings > 0 ? ['', `Warnings: ${warnings}.`] : []),
    '',
    '',
  ].join('\n');
}

export const githubFormat: Formatter = {
  write: annotations,
  summary: { path: (env) => env.GITHUB_STEP_SUMMARY, write: jobSummary },
};
