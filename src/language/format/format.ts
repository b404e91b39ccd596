/*
 * The one form of a .rn file: a property a line with its values in a column, groups on one line where they fit. What a person chose stays: the order,
 * comments, empty lines (one at most), a model on one line, and how each value is written.
 */
import { DiagnosticError } from '../../diagnostics/diagnostic.ts';
import type { SourceFile } from '../../diagnostics/source.ts';
import type { ModelNode, PropertyNode, UseNode, ValueNode } from '../ast.ts';
import { allProperties } from '../properties.ts';
import { parseSpec } from '../syntax/parse.ts';
import { lineEnds, readTrivia, type Trivia } from './comments.ts';
import { bracedLines, braces, columnOf, indent, longestLine } from './layout.ts';
import { commentsIn, type Piece, piecesOf } from './pieces.ts';

type GroupNode = Extract<ValueNode, { kind: 'group' }>;

/** Names that a line of a model may begin with. */
const names: ReadonlySet<string> = new Set(allProperties.map((name) => name.split('.')[0] ?? ''));

const behind = (comment: { readonly text: string } | undefined): string =>
  comment ? `  ${comment.text}` : '';

/** A property that is a comment for now, as `rcc init` writes it: `# shortcut  avgpool`. */
function disabled(comment: string): readonly [name: string, value: string] | undefined {
  const [, name = '', value = ''] = /^# ([a-z0-9-]+) {2,}(\S.*)$/.exec(comment) ?? [];
  return names.has(name) ? [`# ${name}`, value] : undefined;
}

function valueText(value: ValueNode, trivia: Trivia): string {
  if (value.kind === 'list')
    return `[${value.items.map((item) => valueText(item, trivia)).join(', ')}]`;
  if (value.kind === 'group')
    return braces(value.properties.map((field) => fieldText(field, trivia)));
  return trivia.text.slice(value.span.start, value.span.end);
}

/** A property on one line, without a column. */
function fieldText({ name, values }: PropertyNode, trivia: Trivia): string {
  return [name, ...values.map((value) => valueText(value, trivia))].join(' ');
}

/** Comments where no form has a place for them stand above. */
function hoisted(property: PropertyNode, group: GroupNode | undefined, trivia: Trivia) {
  const inside = group ? commentsIn(trivia, group.span) : [];
  return commentsIn(trivia, property.span).filter((comment) => !inside.includes(comment));
}

/** A group with comments in it: a field a line. */
function openGroup(head: string, group: GroupNode, trivia: Trivia): readonly string[] {
  const { pieces, opening } = piecesOf(trivia, group.properties, group.span);
  const lines = linesOf(pieces, ({ comment, node }) => [
    ...hoisted(node, undefined, trivia).map(({ text }) => text),
    `${fieldText(node, trivia)}${behind(comment)}`,
  ]);
  return [`${head}{${behind(opening)}`, ...indent(lines), '}'];
}

function groupOf({ values }: PropertyNode): GroupNode | undefined {
  const last = values.at(-1);
  return last?.kind === 'group' ? last : undefined;
}

function propertyLines(
  { node, comment }: { readonly node: PropertyNode } & Pick<Piece<PropertyNode>, 'comment'>,
  trivia: Trivia,
  column: number,
): readonly string[] {
  const group = groupOf(node);
  const above = hoisted(node, group, trivia).map(({ text }) => text);
  const others = node.values.filter((value) => value !== group);
  const texts = others.map((value) => valueText(value, trivia));
  const head = node.name.padEnd(column);
  if (!group) return [...above, `${head}${texts.join(' ')}`.trimEnd() + behind(comment)];
  const start = `${head}${texts.map((text) => `${text} `).join('')}`;
  if (commentsIn(trivia, group.span).length > 0) {
    const lines = openGroup(start, group, trivia);
    return [...above, ...lines.slice(0, -1), `}${behind(comment)}`];
  }
  const fields = group.properties.map((field) => fieldText(field, trivia));
  return [...above, ...bracedLines(start, fields, behind(comment))];
}

/** The pieces of a block, nodes laid out by `layOut`. */
function linesOf<T>(
  pieces: readonly Piece<T>[],
  layOut: (piece: Piece<T> & { readonly node: T }) => readonly string[],
  layOutComment: (text: string) => string = (text) => text,
): readonly string[] {
  return pieces.flatMap((piece) => {
    const { node, comment, isApart } = piece;
    const lines =
      node === undefined ? [layOutComment(comment?.text ?? '')] : layOut({ ...piece, node });
    return isApart ? ['', ...lines] : lines;
  });
}

function headerOf({ name, base }: ModelNode): string {
  return `model ${name.text} ${base ? `extends ${base.text} ` : ''}`;
}

/** Where the model's own brace stands. */
function openingOf({ name, base }: ModelNode, { braces: all }: Trivia): number {
  const end = base?.span.end ?? name.span.end;
  return all.find((offset) => offset >= end) ?? end;
}

function openModel(node: ModelNode, trivia: Trivia): readonly string[] {
  const start = openingOf(node, trivia);
  const above = commentsIn(trivia, { start: node.span.start, end: start });
  const { pieces, opening } = piecesOf(trivia, node.properties, { start, end: node.span.end });
  const offNames = pieces.flatMap(({ node: own, comment }) =>
    own ? [] : (disabled(comment?.text ?? '')?.[0] ?? []),
  );
  const column = columnOf([...node.properties.map(({ name }) => name), ...offNames]);
  const layOutComment = (text: string): string => {
    const off = disabled(text);
    return off ? `${off[0].padEnd(column)}${off[1]}` : text;
  };
  const lines = linesOf(pieces, (piece) => propertyLines(piece, trivia, column), layOutComment);
  return [
    ...above.map(({ text }) => text),
    `${headerOf(node)}{${behind(opening)}`,
    ...indent(lines),
    '}',
  ];
}

function modelLines(node: ModelNode, trivia: Trivia): readonly string[] {
  if (lineEnds(trivia, node.span.start, node.span.end) === 0) {
    const fields = node.properties.map((property) => fieldText(property, trivia));
    const line = `${headerOf(node)}${braces(fields)}`;
    if (line.length <= longestLine) return [line];
  }
  return openModel(node, trivia);
}

function topLines(node: UseNode | ModelNode, trivia: Trivia): readonly string[] {
  if ('properties' in node) return modelLines(node, trivia);
  return [`use ${trivia.text.slice(node.span.start, node.span.end)}`];
}

/** The file in its form, ending with a line end. Formatting that again changes nothing. Throws DiagnosticError for what is no .rn file. */
export function formatSpec(file: SourceFile): string {
  const { tree, diagnostics } = parseSpec(file);
  if (diagnostics.some(({ severity }) => severity === 'error')) {
    throw new DiagnosticError(diagnostics);
  }
  const trivia = readTrivia(file.text);
  const nodes = [...tree.uses, ...tree.models].toSorted((a, b) => a.span.start - b.span.start);
  const { pieces } = piecesOf(trivia, nodes, { start: -1, end: file.text.length });
  const laidOut = pieces.map(({ node, comment, isApart }) => {
    const lines = node ? topLines(node, trivia) : [comment?.text ?? ''];
    const text = node ? [...lines.slice(0, -1), `${lines.at(-1)}${behind(comment)}`] : lines;
    return { lines: text, isApart, isNode: node !== undefined };
  });
  const parts = laidOut.flatMap(({ lines, isApart, isNode }, index) => {
    const previous = laidOut[index - 1];
    const isLong = lines.length > 1 && isNode && previous?.isNode === true;
    const isAfterLong = previous?.isNode === true && previous.lines.length > 1;
    return isApart || isLong || isAfterLong ? ['', ...lines] : lines;
  });
  return `${parts.join('\n')}\n`;
}
