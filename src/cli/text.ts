import { wrapText } from '../diagnostics/wrap.ts';
import { layTable, type TextTable } from './table.ts';

/** What is copied from the screen: a script, a spec, a command. No line of it is broken. */
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

function renderBlock(block: Block, columns: number | undefined): readonly string[] {
  if (typeof block === 'string') return [wrapText(block, columns)];
  switch (block.kind) {
    case 'table':
      return [layTable(block, columns)];
    case 'verbatim':
      return [block.text];
    case 'by-place':
      return columns === undefined ? [block.elsewhere] : renderBlocks(block.terminal, columns);
  }
}

function renderBlocks(text: Text, columns: number | undefined): readonly string[] {
  return isList(text)
    ? text.flatMap((part) => renderBlocks(part, columns))
    : renderBlock(text, columns);
}

/** A text as it is printed, without a line end; `columns` are a terminal's, undefined in pipes and files, where nothing is wrapped. */
export function renderText(text: Text, columns?: number): string {
  return renderBlocks(text, columns).join('\n');
}

/** Texts with a blank line between each and the next. */
export function paragraphs(texts: readonly Text[]): Text {
  return texts.flatMap((text, index) => (index === 0 ? [text] : ['', text]));
}
