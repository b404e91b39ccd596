import type { PropertyName, PropertyValues } from '../language/properties.ts';

/** Where evidence is from: a file beside the weights, texts inside their file, the name of their file. */
export type EvidenceKind = 'file' | 'metadata' | 'name';

/** What is said of one part of a value that names and shapes tell otherwise, where it is of the kind: the halving of a ResNeSt. */
export interface ValuePart {
  readonly property: PropertyName;
  readonly kind: string;
  readonly part: string;
  readonly value: string;
}

/** What is said of a network beside its weights. */
export interface Evidence {
  readonly kind: EvidenceKind;
  /** The file without its folder, as a sentence has it: `config.json`, `the name of resnetaa50.pth`. */
  readonly source: string;
  /** The network's name in its framework: `resnet50d`. */
  readonly architecture?: string | undefined;
  /** Channels of the input, where they are said. */
  readonly channels?: number | undefined;
  /** Properties that it tells. */
  readonly values: PropertyValues;
  /** Parts of values that it tells. */
  readonly parts?: readonly ValuePart[] | undefined;
  /** What it says of the network in no words of the language, a phrase each. */
  readonly beyond: readonly string[];
  /** Names of the classes, in order. */
  readonly labels?: readonly string[] | undefined;
  /** Where the labels stand, if in a file of their own: a path that can be opened. */
  readonly labelsFile?: string | undefined;
}

/** What is told, wherever it stands. */
export type Told = Omit<Evidence, 'kind' | 'source'>;

/** What one kind of file says; undefined where the text is of another kind. A side without channels is of an input of as many as the network has. */
export type ReadEvidence = (text: string, channels: number) => Told | undefined;

/** The values that are known, without the others. */
export function known<T extends PropertyValues>(
  values: {
    readonly [N in keyof T]: T[N] | undefined;
  },
): PropertyValues {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
