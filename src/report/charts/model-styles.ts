import { styleCount } from './palette.ts';

/** The one colour and mark that a model has in every chart of a report. */
export type ModelStyles = (model: string) => number;

/** Styles by the order of the names; a name that is not among them gets the last. */
export function modelStyles(models: Iterable<string>): ModelStyles {
  const styles = new Map([...new Set(models)].map((model, i) => [model, i] as const));
  return (model) => (styles.get(model) ?? styles.size) % styleCount;
}
