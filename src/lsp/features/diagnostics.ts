import {
  DiagnosticSeverity,
  type Diagnostic as EditorDiagnostic,
  type Location,
} from 'vscode-languageserver';
import { brokenExpectations } from '../../compile/expectations.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Severity } from '../../diagnostics/message-row.ts';
import { positionAt, type SourceFile, type Span } from '../../diagnostics/source.ts';
import { collectDiagnostics } from '../../language/collect.ts';
import type { LoadedFile } from '../../language/loaded-file.ts';
import type { Analysis } from '../analysis.ts';
import { rangeOf } from '../positions.ts';
import type { Workspace } from '../workspace.ts';

const severities: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  note: DiagnosticSeverity.Information,
};

/** Lets the other requests of an editor be answered between two networks. */
const breathe = () => new Promise((resolve) => setImmediate(resolve));

/** What `rcc check --no-files` says of a file and of those that it uses: an editor asks at every key, and opens no weights. */
export async function findingsOf(
  { file, specs, diagnostics }: Analysis,
  workspace: Workspace,
): Promise<readonly Diagnostic[]> {
  const broken: Diagnostic[] = [];
  for (const model of file.tree.models) {
    const spec = specs.get(model);
    if (!spec?.expect.params && !spec?.expect.flops) continue;
    await breathe();
    for (const one of brokenExpectations(spec, workspace.networks.factsOf(spec).cost))
      broken.push(one);
  }
  return collectDiagnostics([...diagnostics, ...broken], new Set([file.tree.file]));
}

/** Whether a file is, or uses, the one of a source. */
function reaches(from: LoadedFile, source: SourceFile): boolean {
  const seen = new Set([from]);
  for (const { uses } of seen) for (const { file } of uses) seen.add(file);
  return [...seen].some(({ tree }) => tree.file === source);
}

/** Where in the file something of another one is brought in; its start where nothing is. */
function entryOf(file: LoadedFile, source: SourceFile | undefined): Span {
  const use = source && file.uses.find((one) => reaches(one.file, source));
  return use?.span ?? { file: file.tree.file, start: 0, end: 0 };
}

function placeText({ file, start }: Span): string {
  const { line, column } = positionAt(file, start);
  return `${file.path}:${line}:${column}: `;
}

/** A finding as editors show it: those of other files stand where these are brought in. */
export function editorDiagnostic(
  { code, severity, message, hint, span }: Diagnostic,
  { file }: Analysis,
  workspace: Workspace,
): EditorDiagnostic {
  const isHere = span?.file === file.tree.file;
  const location: Location | undefined =
    span && !isHere ? { uri: workspace.uriOf(span.file.path), range: rangeOf(span) } : undefined;
  return {
    range: rangeOf(span && isHere ? span : entryOf(file, span?.file)),
    severity: severities[severity],
    code,
    source: 'rcc',
    message: `${span && !isHere ? placeText(span) : ''}${message}${hint ? `\n${hint}` : ''}`,
    ...(location ? { relatedInformation: [{ location, message }] } : {}),
  };
}

export async function diagnosticsOf(
  analysis: Analysis,
  workspace: Workspace,
): Promise<readonly EditorDiagnostic[]> {
  const findings = await findingsOf(analysis, workspace);
  return findings.map((finding) => editorDiagnostic(finding, analysis, workspace));
}
