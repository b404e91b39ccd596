/* Lines of rcc in a file of the user's: between two marks, so that they are found again and nothing else is touched. */
const begin = '# >>> rcc completion >>>';
const end = '# <<< rcc completion <<<';
const pattern = new RegExp(`^${begin}\\n[^]*?^${end}(?:\\n|$)`, 'gm');

/** A text with these lines between the marks: at its end, or where they were. */
export function withBlock(text: string, lines: readonly string[]): string {
  const block = [begin, ...lines, end, ''].join('\n');
  if (text.search(pattern) >= 0) return text.replace(pattern, () => block);
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${block}`;
}

/** The text without them. */
export function withoutBlock(text: string): string {
  return text.replace(pattern, '');
}
