/*
 * Control characters (which a terminal would obey), signs that turn the direction of writing or show nothing, line
 * separators and lone surrogates.
 */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** How one character is shown: itself, or its code where a terminal would obey it or show nothing. */
function visibleCharacter(character: string): string {
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
