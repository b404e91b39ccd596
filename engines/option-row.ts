/* This file is read when the command line starts: it holds data only and brings no library in. */

/** One option: a row of the help text, of `rcc explain`, of the docs, and of what is read from a command line. */
export interface OptionRow<Key extends string = string> {
  /** Its name in the values that are read. */
  readonly key: Key;
  /** As commander writes them: `--workspace <MiB>`. */
  readonly flags: string;
  /** The default in words. */
  readonly default: string;
  readonly doc: string;
  /** May be given several times. */
  readonly repeatable?: true;
  /** Makes the schema's value of the text; absent: the text itself, or true for a flag without one. */
  readonly read?: (text: string) => unknown;
}

/** Values as a command line gives them; true: given without a value. */
export type OptionText = string | boolean | readonly string[];

/** Texts by key. Absent keys take their default. */
export type OptionTexts<Key extends string = string> = Readonly<Partial<Record<Key, OptionText>>>;

/** Values by key: texts, or what the schema takes where a program gives them. Absent keys take their default. */
export type OptionValues = Readonly<Record<string, unknown>>;

/** The option of rcc as a user writes it: `--workspace`. */
export function flagOf({ flags }: Pick<OptionRow, 'flags'>): string {
  return flags.split(' ')[0] ?? flags;
}
