import type { IToken } from 'chevrotain';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import type { SourceFile, Span } from '../../diagnostics/source.ts';
import type { Report } from '../report.ts';
import { quoteString } from '../values/paths.ts';
import { OpenText, QuotedText, Text } from './tokens.ts';

/** A file being read: where spans point, and who hears of mistakes. */
export interface ReadingContext {
  readonly file: SourceFile;
  readonly report: Report;
}

/** Where a token stands. A token that recovery put in has no place. */
export function spanOf(token: IToken, { file }: ReadingContext): Span {
  return { file, start: token.startOffset, end: token.startOffset + token.image.length };
}

export function isStringToken(token: IToken): boolean {
  return [Text, OpenText, QuotedText].includes(token.tokenType);
}

/** The quote at the end of a string, where nothing behind it was taken in and no backslash takes it. */
function closingQuote({ image }: IToken, span: Span): Fix | undefined {
  const start = span.start + image.trimEnd().length;
  return /[}\]]|\\$/.test(image) ? undefined : { span: { ...span, start, end: start }, text: '"' };
}

/** What a string token says; its mistakes are reported. */
export function readString(token: IToken, context: ReadingContext): string {
  const span = spanOf(token, context);
  if (token.tokenType === QuotedText) {
    const text = token.image.slice(1, -1);
    context.report('wrong-quotes', { text }, { span, fix: { span, text: quoteString(text) } });
    return text;
  }
  if (token.tokenType === OpenText) {
    context.report('unterminated-string', {}, { span, fix: closingQuote(token, span) });
    return token.image.slice(1);
  }
  return resolveEscapes(token, context);
}

function resolveEscapes(token: IToken, context: ReadingContext): string {
  const bodyStart = token.startOffset + 1;
  return token.image.slice(1, -1).replace(/\\(.)/gs, (pair, character: string, index: number) => {
    if (character !== '"' && character !== '\\') {
      const start = bodyStart + index;
      const span = { file: context.file, start, end: start + 2 };
      context.report('unknown-escape', { written: pair }, { span });
    }
    return character;
  });
}
