/*
 * Control characters (which a terminal would obey), signs that turn the direction of writing or show nothing, line
 * separators and lone surrogates.
 */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

function escapeInvisible(text: string): string {
  return text.replace(invisible, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** A text in which nothing is hidden from the reader and nothing commands the terminal; line ends stay. */
export function visibleText(text: string): string {
  const parts = text.replaceAll('\t', '  ').split(/(\r?\n)/);
  return parts.map((part, index) => (index % 2 === 0 ? escapeInvisible(part) : part)).join('');
}

/** JSON of two spaces that says the same without a hidden character: those are escaped. */
export function visibleJson(data: unknown): string {
  const unit = (index: number, text: string): string =>
    `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`;
  // JSON.stringify leaves line ends between its lines, and escapes those in texts.
  return JSON.stringify(data, null, 2).replace(invisible, (character) =>
    character === '\n'
      ? character
      : Array.from({ length: character.length }, (_, index) => unit(index, character)).join(''),
  );
}

/** Longest piece of the user's text that a message repeats: a long parameter name, a usual path. */
const longestPiece = 96;

/** A text of the user's as it may stand in a message: visible, on one line, and cut in the middle, since a path ends with what matters. */
export function printable(text: string): string {
  return printableUpTo(longestPiece, text);
}

/** A command or a path that is to be copied: visible and whole, as far as a message may be long. */
export function printableWhole(text: string): string {
  return escapeInvisible(text);
}

/** `printable`, of at most so many characters. */
export function printableUpTo(longest: number, text: string): string {
  const end = longest / 2 - 1;
  const isShort = text.length <= longest;
  return escapeInvisible(isShort ? text : `${text.slice(0, end)}…${text.slice(-end)}`);
}
