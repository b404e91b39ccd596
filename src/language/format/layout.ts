/** How a model is laid out: what `rcc init` writes and what `rcc fmt` makes of a text. */

/** Longest line of braces, without its margin; longer ones are written a field a line. The usual preprocessing fits. */
export const longestLine = 102;

/** Where values begin: behind the longest name. */
export function columnOf(names: readonly string[]): number {
  return names.reduce((length, name) => Math.max(length, name.length), 0) + 2;
}

export function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === '' ? line : `  ${line}`));
}

/** What stands in braces, on one line. */
export function braces(fields: readonly string[]): string {
  return fields.length === 0 ? '{}' : `{ ${fields.join('  ')} }`;
}

/** Fields in braces behind a head, on one line where they fit; `behind`: what follows the first line. */
export function bracedLines(
  head: string,
  fields: readonly string[],
  behind = '',
): readonly string[] {
  const line = `${head}${braces(fields)}`;
  if (line.length <= longestLine) return [`${line}${behind}`];
  return [`${head}{${behind}`, ...indent(fields), '}'];
}
