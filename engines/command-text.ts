/* A command line as a person writes it. */

/** Words of a command prefix: blanks separate, single or double quotes hold together. */
export function splitCommand(text: string): string[] {
  const words = text.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replaceAll(/"([^"]*)"|'([^']*)'/g, '$1$2'));
}

/** A word as a shell reads it: quoted where it has to be. */
export function quoteForShell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A command line for people: quoted so that it can be pasted into a shell. */
export function shellText(words: readonly string[]): string {
  return words.map(quoteForShell).join(' ');
}
