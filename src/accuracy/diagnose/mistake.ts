import type { Raster } from '../../images/raster.ts';
import type { InputSize, Preprocess } from '../../language/spec.ts';

/** What a mistake of preprocessing is made against. */
export interface Setting {
  /** Pixels as they are stored. */
  readonly picture: Raster;
  /** Turned as EXIF says; absent where it says nothing. */
  readonly upright?: Raster;
  readonly preprocess: Preprocess;
  readonly input: InputSize;
}

/** The steps from a picture to the network's numbers; a mistake replaces one of them. Undefined: it cannot be made here. */
export interface Steps {
  /** To pixels [H, W, 3] of the network's size, red first. */
  place(setting: Setting): Raster | undefined;
  /** To the network's channels, in its order. */
  order(placed: Raster, setting: Setting): Raster | undefined;
  /** Table of 256 numbers for each channel. */
  scale(setting: Setting): Float32Array | undefined;
  /** From pixels [H, W, C] and their table to the numbers that the engine reads as [C, H, W]. */
  arrange(pixels: Raster, table: Float32Array): Float32Array | undefined;
}

export type StepName = keyof Steps;

/** One thing that is done wrong on the way to the network. */
export interface Mistake<S extends StepName = StepName> {
  /** Stable name. */
  readonly id: string;
  readonly step: S;
  /** What was done, as a clause without a full stop. */
  readonly what: string;
  /** What to do instead. */
  readonly cure: string;
  readonly make: Steps[S];
}

/** Keeps the type of the step that a row replaces. */
export function mistake<S extends StepName>(row: Mistake<S>): Mistake<S> {
  return row;
}
