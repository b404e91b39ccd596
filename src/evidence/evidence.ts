import type { PropertyValues } from '../language/properties.ts';

/** What a file beside the weights says of their network. */
export interface Evidence {
  /** Name of the file, without its folder. */
  readonly source: string;
  /** The network's name in its framework: `resnet50d`. */
  readonly architecture?: string | undefined;
  /** Properties that it tells. */
  readonly values: PropertyValues;
  /** What it says of the network that no spec can say yet, a phrase each. */
  readonly beyond: readonly string[];
  /** Names of the classes, in order. */
  readonly labels?: readonly string[] | undefined;
  /** Where the labels stand, if in a file of their own: a path that can be opened. */
  readonly labelsFile?: string | undefined;
}

/** What one kind of file says; undefined where the text is of another kind. */
export type ReadEvidence = (text: string) => Omit<Evidence, 'source'> | undefined;

/** The values that are known, without the others. */
export function known<T extends PropertyValues>(
  values: {
    readonly [N in keyof T]: T[N] | undefined;
  },
): PropertyValues {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
