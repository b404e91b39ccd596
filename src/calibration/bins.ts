/** Where values fall, and which are counted. */
export interface Bins {
  /** Bins a unit of the values. */
  readonly scale: number;
  /** The largest |x| that is counted, in bins; negative: none. */
  readonly top: number;
  /** Four lanes of `stride` counts each, one behind another: the same number again and again would make each count wait for the one before it. */
  readonly counts: Int32Array;
  readonly stride: number;
}

/** How far counting came. */
export interface Counted {
  /** Index of the first value that was not counted; the length where all were. */
  readonly end: number;
  /** Largest |x| from there on; NaN or Infinity where a value is, 0 where there is none. */
  readonly largest: number;
}
