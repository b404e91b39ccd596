import { fail } from '../diagnostics/diagnostic.ts';
import type { InputSize, Preprocess } from '../language/spec.ts';
import { type Placement, placePicture } from './geometry.ts';
import { cutWindow, type Raster, sizeText, toColor, toGray, type Window } from './raster.ts';
import { findResampler, type Interpolation } from './resample/resample.ts';

function isSameSize(a: { width: number; height: number }, b: typeof a): boolean {
  return a.width === b.width && a.height === b.height;
}

/** The part of a window that lies inside a picture. */
function clipWindow({ left, top, width, height }: Window, placement: Placement): Window {
  const [fromX, fromY] = [Math.max(left, 0), Math.max(top, 0)];
  return {
    left: fromX,
    top: fromY,
    width: Math.min(left + width, placement.resized.width) - fromX,
    height: Math.min(top + height, placement.resized.height) - fromY,
  };
}

/** Resizes and cuts in one go: only the pixels of the window are computed. What lies outside of the picture is black. */
export function placePixels(
  raster: Raster,
  placement: Placement,
  method: { readonly interpolation: Interpolation; readonly antialias: boolean },
): Raster {
  const { resized, window } = placement;
  if (isSameSize(raster, resized)) return cutWindow(raster, window);
  const inside = clipWindow(window, placement);
  const pixels = findResampler(method)(raster, resized, inside);
  if (isSameSize(inside, window)) return pixels;
  return cutWindow(pixels, {
    ...window,
    left: window.left - inside.left,
    top: window.top - inside.top,
  });
}

function reverseChannels({ data, ...raster }: Raster): Raster {
  const reversed = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    reversed[i] = data[i + 2] as number;
    reversed[i + 1] = data[i + 1] as number;
    reversed[i + 2] = data[i] as number;
  }
  return { ...raster, data: reversed };
}

/** Gray or colour in the network's order of channels: `bgr` has blue first. */
export function orderChannels(raster: Raster, color: Preprocess['color']): Raster {
  if (color === 'gray') return toGray(raster);
  const colored = toColor(raster);
  return color === 'bgr' ? reverseChannels(colored) : colored;
}

/**
 * The pixels [H, W, C] that the network sees of a picture, its channels in the network's order, before they are scaled and normalised.
 * Gray is made before the resize. Throws DiagnosticError `image-size` where resize and crop do not lead to the network's input; `file` names the picture.
 */
export function preparePixels(
  picture: Raster,
  { preprocess, input }: { readonly preprocess: Preprocess; readonly input: InputSize },
  file: string,
): Raster {
  const { color } = preprocess;
  const channels = color === 'gray' ? 1 : 3;
  if (channels !== input.channels) fail('network-not-for-pictures', { channels: input.channels });
  const placement = placePicture(picture, preprocess);
  if (!isSameSize(placement.window, input)) {
    fail('image-size', { file, size: sizeText(placement.window), input: sizeText(input) });
  }
  // Fewer channels to resize; the order of colours does not matter to it.
  const source = color === 'gray' ? toGray(picture) : picture;
  return orderChannels(placePixels(source, placement, preprocess), color);
}

/** What each of the 256 values of each channel becomes: ((value / 255) − mean) / std, every step rounded to float32 as torchvision does. */
export function normalizationTable({ mean, std }: Pick<Preprocess, 'mean' | 'std'>): Float32Array {
  const { fround } = Math;
  const table = new Float32Array(mean.length * 256);
  for (const [channel, average] of mean.entries()) {
    for (let value = 0; value < 256; value++) {
      const centered = fround(fround(value / 255) - fround(average));
      table[channel * 256 + value] = centered / fround(std[channel] ?? 1);
    }
  }
  return table;
}

/** Pixels [H, W, C] to the network's numbers [C, H, W], by the table of `normalizationTable`, into `numbers` if given. */
export function normalizePixels(
  { data, channels }: Raster,
  table: Float32Array,
  numbers = new Float32Array(data.length),
): Float32Array {
  const area = data.length / channels;
  for (let channel = 0; channel < channels; channel++) {
    const values = table.subarray(channel * 256, channel * 256 + 256);
    for (let i = 0, from = channel, to = channel * area; i < area; i++, from += channels, to++) {
      numbers[to] = values[data[from] as number] as number;
    }
  }
  return numbers;
}
