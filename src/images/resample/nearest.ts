import type { Raster, Size, Window } from '../raster.ts';

/** Input coordinate of each of `outputs` output coordinates. */
type Chooser = (inputs: number, outputs: number) => Int32Array;

/** Pillow's: the pixel under the centre of the output pixel. The position is summed up, as Pillow does, because the last bit decides ties. */
const chooseUnderCenter: Chooser = (inputs, outputs) => {
  const scale = inputs / outputs;
  let position = scale * 0.5;
  return Int32Array.from({ length: outputs }, () => {
    const index = Math.min(Math.floor(position), inputs - 1);
    position += scale;
    return index;
  });
};

/** OpenCV's: the pixel under the corner of the output pixel. */
const chooseUnderCorner: Chooser = (inputs, outputs) => {
  const scale = 1 / (outputs / inputs);
  return Int32Array.from({ length: outputs }, (_, x) =>
    Math.min(Math.floor(x * scale), inputs - 1),
  );
};

function pickPixels(raster: Raster, size: Size, window: Window, choose: Chooser): Raster {
  const { channels } = raster;
  const { width, height, left, top } = window;
  const columns = choose(raster.width, size.width).subarray(left, left + width);
  const lines = choose(raster.height, size.height).subarray(top, top + height);
  const data = new Uint8Array(width * height * channels);
  let at = 0;
  for (const y of lines) {
    for (const x of columns) {
      const from = (y * raster.width + x) * channels;
      for (let channel = 0; channel < channels; channel++) {
        data[at++] = raster.data[from + channel] as number;
      }
    }
  }
  return { width, height, channels, data };
}

export function pickUnderCenter(raster: Raster, size: Size, window: Window): Raster {
  return pickPixels(raster, size, window, chooseUnderCenter);
}

export function pickUnderCorner(raster: Raster, size: Size, window: Window): Raster {
  return pickPixels(raster, size, window, chooseUnderCorner);
}
