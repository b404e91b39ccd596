/** Pixels in memory: 8 bits a channel, row-major, the channels of a pixel side by side ([height, width, channels]). */
export interface Raster {
  readonly width: number;
  readonly height: number;
  /** 1: gray. 3: red, green, blue. */
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A rectangle of pixels; left and top may be negative where it reaches over the border. */
export interface Window extends Size {
  readonly left: number;
  readonly top: number;
}

export function sizeText({ width, height }: Size): string {
  return `${width}x${height}`;
}

/** Luma of ITU-R BT.601 in the fixed point of Pillow's convert('L'); OpenCV's differs by at most 1. */
function luma(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}

export function toGray(raster: Raster): Raster {
  if (raster.channels === 1) return raster;
  const { width, height, data: from } = raster;
  const data = new Uint8Array(width * height);
  for (let i = 0, j = 0; i < data.length; i++, j += 3) {
    data[i] = luma(from[j] as number, from[j + 1] as number, from[j + 2] as number);
  }
  return { width, height, channels: 1, data };
}

export function toColor(raster: Raster): Raster {
  if (raster.channels === 3) return raster;
  const { width, height, data: from } = raster;
  const data = new Uint8Array(from.length * 3);
  for (let i = 0; i < from.length; i++) data.fill(from[i] as number, i * 3, i * 3 + 3);
  return { width, height, channels: 3, data };
}

/** The pixels inside a window; black where it reaches over the border, as torchvision's CenterCrop pads. */
export function cutWindow(raster: Raster, window: Window): Raster {
  const { channels } = raster;
  const { left, top, width, height } = window;
  const data = new Uint8Array(width * height * channels);
  const fromX = Math.max(left, 0);
  const toX = Math.min(left + width, raster.width);
  for (let y = Math.max(top, 0); y < Math.min(top + height, raster.height); y++) {
    const row = y * raster.width;
    const pixels = raster.data.subarray((row + fromX) * channels, (row + toX) * channels);
    data.set(pixels, ((y - top) * width + fromX - left) * channels);
  }
  return { width, height, channels, data };
}
