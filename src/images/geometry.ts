import { roundHalfEven } from '../../codegen/tensors/rounding.ts';
import type { Preprocess } from '../language/spec.ts';
import type { Size, Window } from './raster.ts';

/** How a picture is placed: resized as a whole, then a window of that taken. */
export interface Placement {
  readonly resized: Size;
  /** In pixels of the resized picture. */
  readonly window: Window;
}

/** How the places of pixels are rounded. The frameworks differ by a pixel, which moves every edge of a picture. */
export interface GeometryRules {
  /** Size after the short side is made `short` pixels long. */
  resizeShort(size: Size, short: number): Size;
  /** First pixel of the crop in the middle of a side, where the side is longer than the crop. */
  cropOffset(side: number, crop: number): number;
}

/** torchvision (transforms/functional.py, `_compute_resized_output_size` and `center_crop`) and timm. */
const torchvisionRules: GeometryRules = {
  resizeShort({ width, height }, short) {
    const long = Math.trunc((short * Math.max(width, height)) / Math.min(width, height));
    return width <= height ? { width: short, height: long } : { width: long, height: short };
  },
  cropOffset: (side, crop) => roundHalfEven((side - crop) / 2),
};

/** PaddleClas (deploy/python/preprocess.py, `ResizeImage` and `CropImage`). */
const paddleRules: GeometryRules = {
  resizeShort({ width, height }, short) {
    const scale = short / Math.min(width, height);
    return { width: roundHalfEven(width * scale), height: roundHalfEven(height * scale) };
  },
  cropOffset: (side, crop) => Math.floor((side - crop) / 2),
};

/** torchvision's rules for antialiased preprocessing, else PaddleClas'. */
export function findGeometryRules({ antialias }: Pick<Preprocess, 'antialias'>): GeometryRules {
  return antialias ? torchvisionRules : paddleRules;
}

function startOf(side: number, crop: number, rules: GeometryRules): number {
  // A side that is too short is padded on both ends, as torchvision does; PaddleClas refuses such pictures.
  return side < crop ? -Math.floor((crop - side) / 2) : rules.cropOffset(side, crop);
}

/** A window of `crop` pixels in the middle of a picture. */
export function centerWindow(size: Size, crop: Size, rules: GeometryRules): Window {
  return {
    ...crop,
    left: startOf(size.width, crop.width, rules),
    top: startOf(size.height, crop.height, rules),
  };
}

/** Where the pixels of a picture go: short side to `resize`, then the middle `crop` × `crop`. */
export function placePicture(
  size: Size,
  { resize, crop, antialias }: Pick<Preprocess, 'resize' | 'crop' | 'antialias'>,
): Placement {
  const rules = findGeometryRules({ antialias });
  const resized = resize === undefined ? size : rules.resizeShort(size, resize);
  const side = crop === undefined ? resized : { width: crop, height: crop };
  return { resized, window: centerWindow(resized, side, rules) };
}
