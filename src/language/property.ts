import type { InputSize, Preprocess, Spec } from './spec.ts';
import type { ValueType } from './values/value-type.ts';

/** What a model's properties are, given or by default: what defaults and the spec are made of. */
export interface ResolvedProperties
  extends Pick<
    Spec,
    | 'depth'
    | 'block'
    | 'stages'
    | 'widths'
    | 'expansion'
    | 'groups'
    | 'attention'
    | 'strides'
    | 'dilations'
    | 'norm'
    | 'pool'
    | 'stem'
    | 'shortcut'
    | 'epsilon'
    | 'classes'
    | 'head'
    | 'outputs'
  > {
  readonly variant: 'vb' | 'vc' | 'vd';
  readonly 'stem-widths': Spec['stemWidths'];
  readonly 'stage-blocks': Spec['stageBlocks'];
  readonly 'group-width': Spec['groupWidth'];
  readonly 'multi-path': Spec['multiPath'];
  readonly 'narrow-first': Spec['narrowFirst'];
  readonly 'shortcut-kernel': Spec['shortcutKernel'];
  readonly 'anti-alias': Spec['antiAlias'];
  readonly 'stem-pool': Spec['stemPool'];
  readonly 'first-shortcut': Spec['firstShortcut'];
  readonly stride: Spec['strideIn'];
  readonly input: InputSize;
  readonly 'preprocess.resize': number | 'none';
  readonly 'preprocess.crop': number | 'none';
  readonly 'preprocess.mean': Preprocess['mean'];
  readonly 'preprocess.std': Preprocess['std'];
  readonly 'preprocess.color': Preprocess['color'];
  readonly 'preprocess.interpolation': Preprocess['interpolation'];
  readonly 'preprocess.antialias': boolean;
}

/** A spec, or as much of one as is known. */
export type SpecParts = Partial<Omit<Spec, 'name' | 'file' | 'spans'>>;

/** The value that a property is given, without its default; undefined: none. */
export type GivenValue = (name: string) => unknown;

/** One property: the parser, the checker, `rcc explain`, completion and docs/language.md read this row and nothing else. */
export interface Property<T> {
  readonly type: ValueType<T>;
  /** What holds where it is not given, in words; undefined: nothing does. */
  readonly default?: string;
  /** The same as code, of the model's other properties. */
  readonly fallback?: (model: ResolvedProperties, given: GivenValue) => NoInfer<T>;
  /** What a model would have to say for the spec to have it; undefined: nothing. `toFile` makes a path relative to the .rn file. */
  readonly from: (spec: SpecParts, toFile: (path: string) => string) => NoInfer<T> | undefined;
  /** The word came to the language when digests of specs had been given out: they leave it out where its default holds. */
  readonly isLater?: boolean;
  /** Why no weights file tells it; undefined: the file of such a network does. */
  readonly untold?: (network: SpecParts) => string | undefined;
  readonly unit?: string;
  /** What is checked beyond the form of the value, in words. */
  readonly check?: string;
  /**
   * For an expectation: what a model may change and still take it over from its base. Full names of properties, of
   * groups (`preprocess`) or of parts of a value (`input.height`); a change of anything else drops it.
   */
  readonly unaffectedBy?: readonly string[];
  /** What a change of the value may change, part by part; default: its own fields. */
  parts?(value: NoInfer<T>): Readonly<Record<string, unknown>>;
  readonly doc: string;
  /** Why the language has it, where that is not plain. */
  readonly reason?: string;
  /** As it is written in a model, or in its group. */
  readonly example: string;
}

/** Keeps the value's type of each row while checking its form. */
export function property<T>(definition: Property<T>): Property<T> {
  return definition;
}

/** Largest numbers that the language takes; beyond them lies a slip of the hand, not a network. */
export const limits = {
  stages: 8,
  blocks: 1000,
  width: 16_384,
  groups: 1024,
  channels: 65_536,
  /** Of a .rn file, in 1024 UTF-16 units: room for a hundred models of twelve lines. */
  fileKib: 64,
} as const;

/** A side in pixels. */
export const pixels = { least: 1, most: 4096, unit: ' pixels' };
