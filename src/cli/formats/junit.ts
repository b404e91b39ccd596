/* JUnit XML as Jenkins, GitLab and Azure read it: the elements and attributes that Jenkins' junit-10.xsd has. */
import { renderDiagnostic } from '../../diagnostics/render.ts';
import { element, type Markup, raw } from '../../report/markup.ts';
import type { CaseVerdict, JudgedCase } from '../judged-case.ts';
import type { Formatter } from './formats.ts';
import type { Outcome } from './outcome.ts';

const outcomeElements = {
  failed: 'failure',
  error: 'error',
  skipped: 'skipped',
} as const satisfies Partial<Record<CaseVerdict, string>>;

/** Seconds to the microsecond. */
function secondsText(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(6);
}

function verdictElement({ verdict, reason, diagnostics }: JudgedCase): readonly Markup[] {
  if (verdict === 'passed') return [];
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  const message = reason ?? first?.message ?? verdict;
  const text = errors.map((diagnostic) => renderDiagnostic(diagnostic)).join('\n\n');
  const attributes = { message, type: first?.code };
  return [element(outcomeElements[verdict], attributes, [text])];
}

/** What else is told of a case: warnings, notes, and what was found where it passed. */
function outputElement({ verdict, reason, diagnostics }: JudgedCase): readonly Markup[] {
  const others = diagnostics
    .filter(({ severity }) => severity !== 'error')
    .map((diagnostic) => renderDiagnostic(diagnostic));
  const lines = [...(verdict === 'passed' && reason ? [reason] : []), ...others];
  return lines.length > 0 ? [element('system-out', {}, [lines.join('\n')])] : [];
}

function caseElement(one: JudgedCase): Markup {
  const { group, name, timeMs } = one;
  const time = timeMs === undefined ? undefined : secondsText(timeMs);
  const attributes = { classname: group, name, time };
  return element('testcase', attributes, [...verdictElement(one), ...outputElement(one)]);
}

/** Elements on lines of their own. */
function lines(elements: readonly Markup[]): readonly Markup[] {
  return [raw('\n'), ...elements.flatMap((each) => [each, raw('\n')])];
}

function countsOf(cases: readonly JudgedCase[]) {
  const count = (wanted: CaseVerdict): string =>
    String(cases.filter(({ verdict }) => verdict === wanted).length);
  const timeMs = cases.reduce((sum, one) => sum + (one.timeMs ?? 0), 0);
  return {
    tests: String(cases.length),
    failures: count('failed'),
    errors: count('error'),
    skipped: count('skipped'),
    time: secondsText(timeMs),
  };
}

/** What belongs to no case: warnings of the command line, say. */
function suiteOutput({ cases, told }: Outcome): readonly Markup[] {
  const inCases = new Set(cases.flatMap(({ diagnostics }) => diagnostics));
  const others = told.filter(({ diagnostic }) => !inCases.has(diagnostic));
  const text = others.map(({ diagnostic }) => renderDiagnostic(diagnostic)).join('\n');
  return text === '' ? [] : [element('system-out', {}, [text])];
}

function junitXml(outcome: Outcome): string {
  const { command, cases } = outcome;
  const name = `rcc ${command}`;
  const { skipped, ...counts } = countsOf(cases);
  const children = [...cases.map(caseElement), ...suiteOutput(outcome)];
  const suite = element('testsuite', { name, ...counts, skipped }, lines(children));
  const suites = element('testsuites', { name: 'rcc', ...counts }, lines([suite]));
  return `<?xml version="1.0" encoding="UTF-8"?>\n${suites.markup}`;
}

export const junitFormat: Formatter = { write: junitXml };
