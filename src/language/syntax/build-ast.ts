import type { IToken } from 'chevrotain';
import { findNearest } from '../../diagnostics/nearest.ts';
import { printable } from '../../diagnostics/printable.ts';
import type { Span } from '../../diagnostics/source.ts';
import type { FileNode, ModelNode, NameNode, PropertyNode, UseNode, ValueNode } from '../ast.ts';
import type {
  BlockCstNode,
  FileCstNode,
  ListCstNode,
  MisplacedCstNode,
  ModelCstNode,
  PropertyCstNode,
  StrayCstNode,
  UseCstNode,
  ValueCstNode,
} from '../generated/cst.ts';
import { isPlainName } from '../model-name.ts';
import { quoteString } from '../values/paths.ts';
import { isStringToken, type ReadingContext, readString, spanOf } from './strings.ts';
import { Quantity, Word } from './tokens.ts';

/** A token that the user wrote; recovery puts others in. */
function isWritten(token: IToken | undefined): token is IToken {
  return token !== undefined && !token.isInsertedInRecovery;
}

export function describeToken(token: IToken): string {
  return isStringToken(token) ? 'a string' : `'${printable(token.image)}'`;
}

/** The tree of a file; mistakes that the grammar has rules for are reported. */
export function buildFile(cst: FileCstNode, context: ReadingContext): FileNode {
  const { use = [], model = [], stray = [] } = cst.children;
  for (const node of stray) reportStray(node, context);
  return {
    file: context.file,
    uses: use.flatMap((node) => buildUse(node, context)),
    models: model.map((node) => buildModel(node, context)),
  };
}

/** Where a token stands, and the word that was perhaps meant, as hint and change. */
function meant(token: IToken, word: string | undefined, context: ReadingContext) {
  const span = spanOf(token, context);
  return word === undefined
    ? { span }
    : { span, hint: `Did you mean '${word}'?`, fix: { span, text: word } };
}

function reportStray({ children }: StrayCstNode, context: ReadingContext): void {
  const tokens = Object.values(children)
    .flat()
    .toSorted((a, b) => a.startOffset - b.startOffset);
  for (const [index, token] of tokens.entries()) {
    const keyword =
      token.tokenType === Word ? findNearest(token.image, ['model', 'use']) : undefined;
    // One mistake for all that stands here, and one for each word that was meant to end it.
    if (index > 0 && !keyword) continue;
    context.report(
      'outside-model',
      { found: describeToken(token) },
      meant(token, keyword, context),
    );
  }
}

function buildUse({ children }: UseCstNode, context: ReadingContext): readonly UseNode[] {
  const token = children.FileLike?.[0];
  if (!isWritten(token)) return [];
  const span = spanOf(token, context);
  if (isStringToken(token)) return [{ path: readString(token, context), span }];
  context.report(
    'unexpected-token',
    { found: describeToken(token), expected: 'a file in double quotes' },
    {
      span,
      hint: `Write \`use "${printable(token.image)}"\`.`,
      fix: { span, text: quoteString(token.image) },
    },
  );
  return [{ path: token.image, span }];
}

function buildModel({ children }: ModelCstNode, context: ReadingContext): ModelNode {
  const keyword = spanOf(children.Model[0] as IToken, context);
  const name = buildName(children.name?.[0], context) ?? { text: '', span: keyword };
  const base = buildName(children.base?.[0], context);
  const block = children.block?.[0];
  reportSurplusNames(children, block, context);
  if (name.text !== '') checkName(name, context);
  const owner = name.text === '' ? 'the model' : `model '${printable(name.text)}'`;
  const group = block && buildBlock(block, owner, context);
  return {
    name,
    ...(base ? { base } : {}),
    properties: group?.properties ?? [],
    span: { ...keyword, end: group?.span.end ?? keyword.end },
    broken: false,
  };
}

function buildName(token: IToken | undefined, context: ReadingContext): NameNode | undefined {
  if (!isWritten(token)) return undefined;
  return { text: token.image, span: spanOf(token, context) };
}

function checkName({ text, span }: NameNode, { report }: ReadingContext): void {
  if (isPlainName(text)) return;
  report('invalid-name', { name: printable(text) }, { span });
}

function reportSurplusNames(
  children: ModelCstNode['children'],
  block: BlockCstNode | undefined,
  context: ReadingContext,
): void {
  const surplus = children.surplus?.[0];
  if (!surplus || !isWritten(block?.children.LeftBrace?.[0])) return;
  const nearest = children.Extends ? undefined : findNearest(surplus.image, ['extends']);
  context.report(
    'unexpected-token',
    { found: describeToken(surplus), expected: children.Extends ? "'{'" : "'extends' or '{'" },
    meant(surplus, nearest, context),
  );
}

function buildBlock(
  { children }: BlockCstNode,
  owner: string,
  context: ReadingContext,
): Extract<ValueNode, { kind: 'group' }> {
  const span = enclosedSpan(children.LeftBrace?.[0], children.RightBrace?.[0], owner, context);
  for (const node of children.misplaced ?? []) reportMisplaced(node, owner, context);
  const properties = (children.property ?? []).map((node) => buildProperty(node, context));
  const last = properties.at(-1)?.span.end ?? span.end;
  return { kind: 'group', properties, span: { ...span, end: Math.max(span.end, last) } };
}

/** From an opening token to its closing one, whose absence is reported. */
function enclosedSpan(
  open: IToken | undefined,
  close: IToken | undefined,
  owner: string,
  context: ReadingContext,
): Span {
  if (!isWritten(open)) return { file: context.file, start: 0, end: 0 };
  const span = spanOf(open, context);
  if (isWritten(close)) return { ...span, end: spanOf(close, context).end };
  const pair = { open: open.image, close: open.image === '{' ? '}' : ']' };
  context.report('missing-brace', { ...pair, owner }, { span });
  return span;
}

function reportMisplaced(
  { children }: MisplacedCstNode,
  owner: string,
  context: ReadingContext,
): void {
  const token =
    Object.values(children)
      .flat()
      .find((child) => 'image' in child) ??
    children.list?.[0]?.children.LeftBracket?.[0] ??
    children.surplusBraces?.[0]?.children.LeftBrace?.[0];
  if (!token || !('image' in token)) return;
  if (isStringToken(token)) readString(token, context);
  const where = owner.charAt(0).toUpperCase() + owner.slice(1);
  context.report(
    'misplaced-value',
    { found: describeToken(token), where },
    { span: spanOf(token, context) },
  );
}

function buildProperty({ children }: PropertyCstNode, context: ReadingContext): PropertyNode {
  const token = children.Word[0] as IToken;
  const owner = `'${printable(token.image)}'`;
  const values = [
    ...(children.value ?? []).map((node) => buildValue(node, owner, context)),
    ...(children.block ?? []).map((node) => buildBlock(node, owner, context)),
  ].toSorted((a, b) => a.span.start - b.span.start);
  const nameSpan = spanOf(token, context);
  return {
    name: token.image,
    nameSpan,
    values,
    span: { ...nameSpan, end: values.at(-1)?.span.end ?? nameSpan.end },
  };
}

function buildValue({ children }: ValueCstNode, owner: string, context: ReadingContext): ValueNode {
  const list = children.list?.[0];
  if (list) return buildList(list, owner, context);
  const [token] = [
    children.Word,
    children.Quantity,
    children.Text,
    children.OpenText,
    children.QuotedText,
  ].flatMap((tokens) => tokens ?? []);
  return buildAtom(token as IToken, context);
}

function buildAtom(token: IToken, context: ReadingContext): ValueNode {
  const span = spanOf(token, context);
  if (isStringToken(token)) return { kind: 'string', text: readString(token, context), span };
  return { kind: token.tokenType === Quantity ? 'quantity' : 'word', text: token.image, span };
}

function buildList({ children }: ListCstNode, owner: string, context: ReadingContext): ValueNode {
  const span = enclosedSpan(
    children.LeftBracket?.[0],
    children.RightBracket?.[0],
    `the list of ${owner}`,
    context,
  );
  const items = (children.NameLike ?? []).map((token) => buildAtom(token, context));
  return { kind: 'list', items, span: { ...span, end: items.at(-1)?.span.end ?? span.end } };
}
