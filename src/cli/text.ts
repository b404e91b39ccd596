import { hangingOf, wrapComments, wrapLine } from '../diagnostics/wrap.ts';
import { layTable, type TextTable } from './table.ts';

/** What is copied from the screen: a script, a spec, a command. No line of it is broken but a comment, into comments. */
export interface Verbatim {
  readonly kind: 'verbatim';
  readonly text: string;
}

/** What reads one way on a terminal, and is another form in a pipe or a file. */
export interface ByPlace {
  readonly kind: 'by-place';
  readonly terminal: Text;
  readonly elsewhere: string;
}

type Block = string | TextTable | Verbatim | ByPlace;

/** What a command tells people: lines, tables and more, each block on lines of its own. A terminal wraps lines at words. */
export type Text = Block | readonly Text[];

export function verbatim(text: string): Verbatim {
  return { kind: 'verbatim', text };
}

function isList(text: Text): text is readonly Text[] {
  return Array.isArray(text);
}

/** A text two columns further in. */
export function indented(text: Text): Text {
  if (isList(text)) return text.map(indented);
  if (typeof text === 'string') return text.replaceAll(/^(?=.)/gm, '  ');
  return text.kind === 'table' ? { ...text, margin: text.margin + 2 } : text;
}

/** A text as its blocks, each line one of them; undefined columns: what stands in pipes. */
function blocksOf(text: Text, columns: number | undefined): readonly Line[] {
  if (isList(text)) return text.flatMap((part) => blocksOf(part, columns));
  if (typeof text === 'string') return text.split('\n');
  if (text.kind !== 'by-place') return [text];
  return columns === undefined ? text.elsewhere.split('\n') : blocksOf(text.terminal, columns);
}

type Line = string | TextTable | Verbatim;

const isGap = (block: Line | undefined): boolean => block === undefined || block === '';

/** A line with nothing above and below it is a paragraph, and goes on where it begins; lines of a list go on further in. */
function renderLine(line: string, columns: number | undefined, isAlone: boolean): string {
  if (columns === undefined) return line;
  return wrapLine(line, columns, hangingOf(line, columns, isAlone ? 0 : 2)).join('\n');
}

function renderBlocks(text: Text, columns: number | undefined): readonly string[] {
  return blocksOf(text, columns).map((block, index, blocks) => {
    if (typeof block === 'string') {
      return renderLine(block, columns, isGap(blocks[index - 1]) && isGap(blocks[index + 1]));
    }
    return block.kind === 'table' ? layTable(block, columns) : wrapComments(block.text, columns);
  });
}

/** A text as it is printed, without a line end; `columns` are a terminal's, undefined in pipes and files, where nothing is wrapped. */
export function renderText(text: Text, columns?: number): string {
  return renderBlocks(text, columns).join('\n');
}

/** Texts with a blank line between each and the next. */
export function paragraphs(texts: readonly Text[]): Text {
  return texts.flatMap((text, index) => (index === 0 ? [text] : ['', text]));
}
