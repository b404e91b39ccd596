import type { Range } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { SourceFile, Span } from '../diagnostics/source.ts';

const documents = new WeakMap<SourceFile, TextDocument>();

/** The file as a document, which knows its lines. */
function documentOf(file: SourceFile): TextDocument {
  const known = documents.get(file);
  if (known) return known;
  const made = TextDocument.create(file.path, 'rn', 0, file.text);
  documents.set(file, made);
  return made;
}

/** Half-open offsets as lines and columns from 0. */
export function rangeOf({ file, start, end }: Span): Range {
  const document = documentOf(file);
  return { start: document.positionAt(start), end: document.positionAt(end) };
}
