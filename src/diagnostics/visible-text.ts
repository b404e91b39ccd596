/*
 * Control characters (which a terminal would obey), signs that turn the direction of writing or have no width, line
 * separators and lone surrogates.
 */
const invisible = /[\p{Cc}\p{Cs}\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/u;

/** How one character is shown: itself, or its code where a terminal would obey it or show nothing. */
export function visibleCharacter(character: string): string {
  if (character === '\t') return '  ';
  if (!invisible.test(character)) return character;
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** A text in which nothing is hidden from the reader and nothing commands the terminal; line ends stay. */
export function visibleText(text: string): string {
  return text.split('\n').map(visibleLine).join('\n');
}

function visibleLine(line: string): string {
  return Array.from(line, visibleCharacter).join('');
}
