import type { TextEdit } from 'vscode-languageserver';
import { DiagnosticError } from '../../diagnostics/diagnostic.ts';
import type { SourceFile } from '../../diagnostics/source.ts';
import { formatSpec } from '../../language/format/format.ts';
import { rangeOf } from '../positions.ts';

function formatted(file: SourceFile): string {
  try {
    return formatSpec(file);
  } catch (error) {
    if (error instanceof DiagnosticError) return file.text;
    throw error;
  }
}

/** The file in the form of `rcc fmt`; nothing where it has that form, or mistakes, which are shown anyway. */
export function formatEdits(file: SourceFile): readonly TextEdit[] {
  const newText = formatted(file);
  if (newText === file.text) return [];
  return [{ range: rangeOf({ file, start: 0, end: file.text.length }), newText }];
}
