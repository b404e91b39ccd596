import type { Preprocess } from '../../language/spec.ts';
import type { Raster, Size, Window } from '../raster.ts';
import { resampleAntialiased } from './antialiased.ts';
import { pickUnderCenter, pickUnderCorner } from './nearest.ts';
import { resampleSampled } from './sampled.ts';

export type Interpolation = Preprocess['interpolation'];

/** The window must lie inside the resized picture. */
type Resampler = (raster: Raster, size: Size, window: Window) => Raster;

/** Pixels as Pillow makes them. */
const pillow: Readonly<Record<Interpolation, Resampler>> = {
  bilinear: (...arguments_) => resampleAntialiased(...arguments_, 'bilinear'),
  bicubic: (...arguments_) => resampleAntialiased(...arguments_, 'bicubic'),
  nearest: pickUnderCenter,
};

/** Pixels as OpenCV makes them. */
const opencv: Readonly<Record<Interpolation, Resampler>> = {
  bilinear: (...arguments_) => resampleSampled(...arguments_, 'bilinear'),
  bicubic: (...arguments_) => resampleSampled(...arguments_, 'bicubic'),
  nearest: pickUnderCorner,
};

/** The resampler that gives the pixels of the framework: Pillow's where it is antialiased, else OpenCV's. */
export function findResampler({
  interpolation,
  antialias,
}: Pick<Preprocess, 'interpolation' | 'antialias'>): Resampler {
  return (antialias ? pillow : opencv)[interpolation];
}
