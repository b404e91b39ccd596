import { createToken, Lexer, type TokenType } from 'chevrotain';

/*
 * A word may hold more than a name may (dots, slashes, letters of any script), so that `resnet50.rn` without quotes
 * is one token and one mistake. General punctuation (U+2000 to U+2BFF) and CJK punctuation stay outside.
 */
const letters = 'A-Za-z_\\u00C0-\\u1FFF\\u2C00-\\u2FFF\\u3040-\\uD7FF';
const rest = `${letters}0-9.+%~/\\\\-`;

/** What goes on with a word, as a class of a regular expression: a keyword ends where none of it follows. */
export const wordCharacter = `[${rest}]`;

/** Anything that may stand where a name is expected. */
export const NameLike = createToken({ name: 'NameLike', pattern: Lexer.NA });
/** Anything that may stand where a file is expected. */
export const FileLike = createToken({ name: 'FileLike', pattern: Lexer.NA });

const wordLike = [NameLike, FileLike];

export const Word = createToken({
  name: 'Word',
  pattern: new RegExp(`[${letters}][${rest}]*`),
  categories: wordLike,
});
export const Model = createToken({ name: 'Model', pattern: /model/, longer_alt: Word });
export const Extends = createToken({ name: 'Extends', pattern: /extends/, longer_alt: Word });
export const Use = createToken({ name: 'Use', pattern: /use/, longer_alt: Word });
export const Quantity = createToken({
  name: 'Quantity',
  pattern: new RegExp(`[0-9.+%~/\\\\-][${rest}]*`),
  categories: wordLike,
});
export const Text = createToken({
  name: 'Text',
  pattern: /"(?:[^"\\\r\n]|\\[^\r\n])*"/,
  categories: wordLike,
});
export const OpenText = createToken({
  name: 'OpenText',
  pattern: /"(?:[^"\\\r\n]|\\[^\r\n])*\\?/,
  categories: wordLike,
});
export const QuotedText = createToken({
  name: 'QuotedText',
  pattern: /'[^'\r\n]*'|[\u201C-\u201F][^\u201C-\u201F\r\n]*[\u201C-\u201F]/,
  categories: wordLike,
});
export const SlashComment = createToken({
  name: 'SlashComment',
  pattern: /\/\/[^\r\n]*/,
  group: 'slashComments',
});
export const LeftBrace = createToken({ name: 'LeftBrace', pattern: /\{/ });
export const RightBrace = createToken({ name: 'RightBrace', pattern: /\}/ });
export const LeftBracket = createToken({ name: 'LeftBracket', pattern: /\[/ });
export const RightBracket = createToken({ name: 'RightBracket', pattern: /\]/ });

/** Kept beside the tokens, for who writes a text anew. */
export const Comment = createToken({ name: 'Comment', pattern: /#[^\r\n]*/, group: 'comments' });
/** White space, line ends, byte-order marks and commas mean the same: nothing. */
const Blank = createToken({
  name: 'Blank',
  pattern: /[\s\uFEFF,]+/,
  group: Lexer.SKIPPED,
  line_breaks: true,
});

/** In the order in which the lexer tries them. */
export const tokens: TokenType[] = [
  Blank,
  Comment,
  SlashComment,
  Model,
  Extends,
  Use,
  Word,
  Quantity,
  Text,
  OpenText,
  QuotedText,
  LeftBrace,
  RightBrace,
  LeftBracket,
  RightBracket,
  NameLike,
  FileLike,
];

/** Tokens of a text; characters that fit no token are in `errors`. */
export const specLexer = new Lexer(tokens, {
  positionTracking: 'onlyOffset',
  ensureOptimizations: true,
});
