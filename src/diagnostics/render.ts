import { styleText } from 'node:util';
import { codeFrameColumns } from '@babel/code-frame';
import { boundedDetails, boundedLine } from './bounds.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { Severity } from './message-row.ts';
import { visibleText } from './printable.ts';
import { positionAt, type Span } from './source.ts';
import { wrapText } from './wrap.ts';

export interface RenderOptions {
  /** Whether it is for a terminal that shows colours; default false. */
  readonly color?: boolean | undefined;
  /** Width of a terminal, at which lines are wrapped at words, and to which lines of source are cut; default: none is. */
  readonly columns?: number | undefined;
}

type Style = Parameters<typeof styleText>[0];
type Paint = (style: Style, text: string) => string;

const severityStyles: Readonly<Record<Severity, Style>> = {
  error: ['red', 'bold'],
  warning: ['yellow', 'bold'],
  note: ['cyan', 'bold'],
};

/** Widest piece of source, in characters, and the narrowest that says something. */
const widestSource = 100;
const narrowestSource = 16;

/**
 * A diagnostic for people: `path:line:column: severity: message [code]`, the line of source with its span underlined,
 * hint and details. Whatever the user's text holds, nothing in it reaches the terminal as a command.
 */
export function renderDiagnostic(
  diagnostic: Diagnostic,
  { color, columns }: RenderOptions = {},
): string {
  // The caller has decided on colour; styleText shall not look at the stream again.
  const paint: Paint = (style, text) =>
    color ? styleText(style, text, { validateStream: false }) : text;
  const { severity, message, code, span, hint, details = [] } = diagnostic;
  const head = [
    ...(span ? [paint('bold', `${placeText(span)}:`)] : []),
    paint(severityStyles[severity], `${severity}:`),
    boundedLine(message),
    paint('dim', `[${code}]`),
  ].join(' ');
  return [
    wrapText(head, columns, 2),
    ...(span ? [renderFrame(span, paint, columns)] : []),
    ...(hint ? [wrapText(`  ${paint('cyan', 'hint:')} ${boundedLine(hint)}`, columns, 8)] : []),
    ...boundedDetails(details).map((detail) => wrapText(`  ${detail}`, columns)),
  ].join('\n');
}

/** Most diagnostics of one code that are told one by one. */
const mostOfCode = 20;

/** Diagnostics for people, each as `renderDiagnostic` writes it, the same advice once, but at each place of a file; of too many of one code the first, and how many more. */
export function* renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  options: RenderOptions,
): Generator<string> {
  const counts = new Map<string, number>();
  const hints = new Set<string>();
  for (const diagnostic of diagnostics) {
    const { hint, ...bare } = diagnostic;
    const advice = `${diagnostic.code} ${hint}`;
    const isRepeated = !diagnostic.span && hints.has(advice);
    hints.add(advice);
    const count = (counts.get(diagnostic.code) ?? 0) + 1;
    counts.set(diagnostic.code, count);
    if (count <= mostOfCode) yield renderDiagnostic(isRepeated ? bare : diagnostic, options);
  }
  for (const [code, count] of counts)
    if (count > mostOfCode) yield `… and ${count - mostOfCode} more [${code}]`;
}

function placeText(span: Span): string {
  const { line, column } = positionAt(span.file, span.start);
  return `${boundedLine(span.file.path)}:${line}:${column}`;
}

/** One line of source as it is shown, and the shown columns (from 0) of the span in it. */
interface ShownLine {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function showLine(line: string, start: number, end: number, widest: number): ShownLine {
  const parts = [line.slice(0, start), line.slice(start, end), line.slice(end)].map(visibleText);
  const [before = '', marked = '', after = ''] = parts;
  const half = Math.floor(widest / 2);
  const lead = before.length > half ? `…${before.slice(-half)}` : before;
  const room = Math.max(widest - lead.length, 1);
  const shownMark = marked.length > room ? `${marked.slice(0, room)}…` : marked;
  const rest = Math.max(room - shownMark.length, 0);
  const tail = after.length > rest ? `${after.slice(0, rest)}…` : after;
  return { text: lead + shownMark + tail, start: lead.length, end: lead.length + shownMark.length };
}

/** The line before, for orientation, and the first line of the span with its part underlined. */
function renderFrame({ file, start, end }: Span, paint: Paint, columns = Infinity): string {
  const { line, column } = positionAt(file, start);
  const lineStart = start - (column - 1);
  const nextBreak = file.text.indexOf('\n', start);
  const lineEnd = nextBreak < 0 ? file.text.length : nextBreak;
  const text = file.text.slice(lineStart, lineEnd).replace(/\r$/, '');
  // What stands beside it: `> 12 | ` and the signs for what was cut.
  const beside = String(line).length + 7;
  const widest = Math.max(Math.min(widestSource, columns - beside), narrowestSource);
  const shown = showLine(text, column - 1, Math.min(end - lineStart, text.length), widest);
  const before = line > 1 ? [lineBefore(file.text, lineStart, widest)] : [];
  // The frame gets only these lines, so it numbers them from `startLine`, which its types do not know.
  const options: Parameters<typeof codeFrameColumns>[2] & { startLine: number } = {
    linesAbove: 1,
    linesBelow: 0,
    startLine: line - before.length,
  };
  const location = {
    start: { line, column: shown.start + 1 },
    end: { line, column: Math.max(shown.end, shown.start + 1) + 1 },
  };
  const frame = codeFrameColumns([...before, shown.text].join('\n'), location, options);
  return frame
    .split('\n')
    .map((frameText) => paintFrameLine(frameText, paint))
    .join('\n');
}

function lineBefore(text: string, lineStart: number, widest: number): string {
  const end = lineStart - 1;
  const start = text.lastIndexOf('\n', end - 1) + 1;
  return showLine(text.slice(start, end).replace(/\r$/, ''), 0, 0, widest).text;
}

/** `> 12 | text` or `     | ^^^^`: gutter and carets in their colours. */
function paintFrameLine(line: string, paint: Paint): string {
  const [, marker = '', gutter = '', rest = ''] = /^(>?)(\s*\d*\s*\|)(.*)$/.exec(line) ?? [];
  if (gutter === '') return line;
  const isCarets = /^\s+\^+$/.test(rest) && !/\d/.test(gutter);
  return `${paint('red', marker)}${paint('dim', gutter)}${isCarets ? paint(['red', 'bold'], rest) : rest}`;
}

/** Where in a file something is. */
export interface SpanJson {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** A diagnostic as data, as `--json` prints it: offsets are UTF-16 and half-open, lines and columns start at 1. */
export interface DiagnosticJson {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly span?: SpanJson;
  readonly hint?: string;
  /** The hint as a change of the file: `text` takes the place of the span; of an empty one it is put in. */
  readonly fix?: { readonly span: SpanJson; readonly text: string };
  readonly details?: readonly string[];
}

export function diagnosticToJson(diagnostic: Diagnostic): DiagnosticJson {
  const { code, severity, message, span, hint, fix, details } = diagnostic;
  return {
    code,
    severity,
    message,
    ...(span ? { span: spanToJson(span) } : {}),
    ...(hint ? { hint } : {}),
    ...(fix ? { fix: { span: spanToJson(fix.span), text: fix.text } } : {}),
    ...(details ? { details } : {}),
  };
}

function spanToJson({ file, start, end }: Span): SpanJson {
  const from = positionAt(file, start);
  const to = positionAt(file, end);
  return { path: file.path, start, end, ...from, endLine: to.line, endColumn: to.column };
}
