import { type CodeAction, CodeActionKind, type Range } from 'vscode-languageserver';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { printable } from '../../diagnostics/printable.ts';
import type { Analysis } from '../analysis.ts';
import { rangeOf } from '../positions.ts';
import type { Workspace } from '../workspace.ts';
import { editorDiagnostic, findingsOf } from './diagnostics.ts';

function meets(a: Range, b: Range): boolean {
  const isBefore = ({ end }: Range, { start }: Range) =>
    end.line < start.line || (end.line === start.line && end.character < start.character);
  return !isBefore(a, b) && !isBefore(b, a);
}

function titleOf({ span, text }: NonNullable<Diagnostic['fix']>): string {
  const before = span.file.text.slice(span.start, span.end);
  const written = `'${printable(text)}'`;
  return before === '' ? `Put ${written} here` : `Replace '${printable(before)}' by ${written}`;
}

/** The changes that the hints of a range stand for. */
export async function codeActionsIn(
  analysis: Analysis,
  range: Range,
  workspace: Workspace,
): Promise<readonly CodeAction[]> {
  const findings = await findingsOf(analysis, workspace);
  const uri = workspace.uriOf(analysis.file.path);
  return findings.flatMap((finding) => {
    const { fix } = finding;
    const diagnostic = editorDiagnostic(finding, analysis, workspace);
    if (!fix || fix.span.file !== analysis.file.tree.file) return [];
    if (!meets(diagnostic.range, range)) return [];
    const edit = { changes: { [uri]: [{ range: rangeOf(fix.span), newText: fix.text }] } };
    const kind = CodeActionKind.QuickFix;
    return [{ title: titleOf(fix), kind, diagnostics: [diagnostic], edit, isPreferred: true }];
  });
}
