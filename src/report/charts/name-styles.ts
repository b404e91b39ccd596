import { styleCount } from './palette.ts';

/** The one colour and mark that a name has in every chart of a report. */
export type NameStyles = (name: string) => number;

/** Styles by the order of the names; a name that is not among them gets the last. */
export function nameStyles(names: Iterable<string>): NameStyles {
  const styles = new Map([...new Set(names)].map((name, i) => [name, i] as const));
  return (name) => (styles.get(name) ?? styles.size) % styleCount;
}
