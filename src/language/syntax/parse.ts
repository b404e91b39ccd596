import type { ILexingError, IRecognitionException } from 'chevrotain';
import { ownValue } from '../../collections/own-value.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { printable } from '../../diagnostics/printable.ts';
import type { SourceFile } from '../../diagnostics/source.ts';
import type { FileNode } from '../ast.ts';
import type { FileCstNode } from '../generated/cst.ts';
import { limits } from '../property.ts';
import { mostMistakes, reportTo } from '../report.ts';
import { buildFile, describeToken } from './build-ast.ts';
import { specParser } from './parser.ts';
import { type ReadingContext, spanOf } from './strings.ts';
import { specLexer } from './tokens.ts';

export interface ParseResult {
  readonly tree: FileNode;
  readonly diagnostics: readonly Diagnostic[];
}

/** Text to tree: what could be read, and every mistake of its form. Takes any text and ends soon. */
export function parseSpec(file: SourceFile): ParseResult {
  const diagnostics: Diagnostic[] = [];
  const context = { file, report: reportTo(diagnostics) };
  const { path, text } = file;
  if (text.includes('\0')) context.report('not-text', { path }, { span: startOf(file) });
  else if (text.length > limits.fileKib * 1024)
    context.report('spec-too-large', { path, limitKib: limits.fileKib }, { span: startOf(file) });
  if (diagnostics.length > 0) return { tree: { file, uses: [], models: [] }, diagnostics };

  const { tokens, errors, groups } = specLexer.tokenize(text);
  for (const error of errors) reportStrayCharacters(error, context);
  for (const token of groups.slashComments ?? [])
    context.report(
      'slash-comment',
      {},
      { span: { ...spanOf(token, context), end: token.startOffset + 2 } },
    );
  specParser.input = tokens;
  const cst = specParser.file() as FileCstNode;
  for (const error of specParser.errors) reportParseError(error, context);
  const tree = buildFile(cst, context);
  if (tree.models.length === 0 && diagnostics.length === 0)
    context.report('no-model', { path }, { span: startOf(file) });
  const kept = diagnostics.filter((diagnostic) => !isSwallowedBrace(diagnostic, diagnostics));
  return { tree: markBroken(tree, kept, diagnostics.length < mostMistakes), diagnostics: kept };
}

function startOf(file: SourceFile) {
  return { file, start: 0, end: 0 };
}

function reportStrayCharacters({ offset, length }: ILexingError, context: ReadingContext): void {
  const { file, report } = context;
  const text = file.text.slice(offset, offset + length);
  report(
    'stray-character',
    { text: `'${printable(text)}'` },
    { span: { file, start: offset, end: offset + length } },
  );
}

/** What a token that was expected is called in a message. Braces that are missing at the end are told by the tree. */
const expectedNames: Readonly<Record<string, string | undefined>> = {
  LeftBrace: "'{'",
  NameLike: 'the name of a model',
  FileLike: 'a file in double quotes',
};

function reportParseError(error: IRecognitionException, context: ReadingContext): void {
  const expected = ownValue(expectedNames, error.message);
  if (!expected) return;
  const { token, previousToken } = error as IRecognitionException & {
    previousToken?: typeof error.token;
  };
  const atEnd = Number.isNaN(token.startOffset);
  const end = previousToken ? spanOf(previousToken, context).end : 0;
  context.report(
    'unexpected-token',
    { found: atEnd ? 'the end of the file' : describeToken(token), expected },
    { span: atEnd ? { file: context.file, start: end, end } : spanOf(token, context) },
  );
}

/** A brace that is missing because a string without an end took it in is no mistake of its own. */
function isSwallowedBrace(diagnostic: Diagnostic, all: readonly Diagnostic[]): boolean {
  const { code, span } = diagnostic;
  if (code !== 'missing-brace' || !span) return false;
  const close = span.file.text[span.start] === '{' ? '}' : ']';
  return all.some(
    (other) =>
      other.code === 'unterminated-string' &&
      other.span !== undefined &&
      other.span.start > span.start &&
      span.file.text.slice(other.span.start, other.span.end).includes(close),
  );
}

function markBroken(
  tree: FileNode,
  diagnostics: readonly Diagnostic[],
  isWhole: boolean,
): FileNode {
  const models = tree.models.map((model, index) => {
    const end = tree.models[index + 1]?.span.start ?? Number.POSITIVE_INFINITY;
    const isMistaken = diagnostics.some(
      ({ span }) => span !== undefined && span.start >= model.span.start && span.start < end,
    );
    const broken = isMistaken || !isWhole;
    return { ...model, broken };
  });
  return { ...tree, models };
}
