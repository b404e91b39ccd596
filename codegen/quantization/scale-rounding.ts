import { float16NotBelow } from '../tensors/float16.ts';

/** What is computed in, and scales are stored in, between quantisers. */
export type FloatRest = 'float16' | 'float32';

/** The number that a scale becomes in the type that it is stored in. */
export type ScaleRounding = (scale: number) => number;

/**
 * A scale has few bits in float16, fewer still below 2^-14: it is rounded up, so that nothing falls beyond the last level, and whoever quantises takes
 * the rounded one.
 */
export const scaleRoundings = {
  float32: Math.fround,
  float16: float16NotBelow,
} as const satisfies Record<FloatRest, ScaleRounding>;
