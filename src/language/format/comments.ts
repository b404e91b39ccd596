import { specLexer } from '../syntax/tokens.ts';

/** From its `#` to the end of its line. */
export interface Comment {
  readonly start: number;
  readonly end: number;
  /** Without white space at its end. */
  readonly text: string;
}

/** What stands between the tokens of a text, in its order. */
export interface Trivia {
  readonly text: string;
  readonly comments: readonly Comment[];
  /** Where its opening braces stand. */
  readonly braces: readonly number[];
}

export function readTrivia(text: string): Trivia {
  const { tokens, groups } = specLexer.tokenize(text);
  const comments = (groups.comments ?? []).map(({ startOffset: start, image }) => ({
    start,
    end: start + image.length,
    text: image.trimEnd(),
  }));
  const braces = tokens.filter(({ image }) => image === '{');
  return { text, comments, braces: braces.map(({ startOffset }) => startOffset) };
}

const lineEnd = /\r\n|\r|\n/g;

/** Line ends in a stretch of the text. */
export function lineEnds({ text }: Pick<Trivia, 'text'>, start: number, end: number): number {
  return text.slice(start, end).match(lineEnd)?.length ?? 0;
}
