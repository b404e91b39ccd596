import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { float32View } from '../../codegen/tensors/float-bytes.ts';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { decodePicture } from '../../src/images/decode.ts';
import {
  normalizationTable,
  normalizePixels,
  placePixels,
  preparePixels,
} from '../../src/images/preprocess.ts';
import { cutWindow, type Raster } from '../../src/images/raster.ts';
import { findResampler } from '../../src/images/resample/resample.ts';
import type { Preprocess } from '../../src/language/spec.ts';
import { differenceOf, readArrays } from '../helpers/arrays.ts';

const fixtures = join(import.meta.dirname, '../fixtures/images');
const pictures = new Map<string, Raster>();
const torchvision = await readArrays(join(fixtures, 'torchvision.npz'));
const paddleclas = await readArrays(join(fixtures, 'paddleclas.npz'));

beforeAll(async () => {
  for (const name of ['landscape.jpg', 'portrait.png', 'small.png']) {
    pictures.set(name, await decodePicture(readFileSync(join(fixtures, name)), name));
  }
});

const imageNet: Preprocess = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  color: 'rgb',
  interpolation: 'bilinear',
  antialias: true,
};
const sizes: Readonly<Record<string, readonly [number, number]>> = {
  down: [64, 56],
  odd: [59, 56],
  padded: [20, 32],
};

/** Prepares the picture as the name of a fixture says: FILE/INTERPOLATION/SIZE or FILE/gray. */
function prepare(name: string, antialias: boolean): Raster {
  const [file = '', method = '', size = 'down'] = name.split('/');
  const [resize, crop] = sizes[size] ?? [0, 0];
  const isGray = method === 'gray';
  const preprocess: Preprocess = {
    ...imageNet,
    resize,
    crop,
    antialias,
    interpolation: isGray ? 'bilinear' : (method as Preprocess['interpolation']),
    color: isGray ? 'gray' : 'rgb',
  };
  const input = { channels: isGray ? 1 : 3, width: crop, height: crop };
  return preparePixels(pictures.get(file) as Raster, { preprocess, input }, file);
}

function placedNames(arrays: ReadonlyMap<string, unknown>): string[] {
  return [...arrays.keys()].filter((name) => name.includes('/'));
}

describe('pixels are those of torchvision on Pillow', () => {
  it('are compared in every way', () => {
    expect(placedNames(torchvision)).toHaveLength(30);
  });
  it.each(placedNames(torchvision))('%s', (name) => {
    const expected = torchvision.get(name)?.bytes ?? [];
    expect(differenceOf(prepare(name, true).data, expected)).toEqual({ max: 0, mean: 0 });
  });
});

describe('pixels are those of PaddleClas on OpenCV', () => {
  it('are compared in every way', () => {
    expect(placedNames(paddleclas)).toHaveLength(24);
  });
  const exact = placedNames(paddleclas).filter((name) => !name.includes('bicubic'));
  it.each(exact)('%s', (name) => {
    const expected = paddleclas.get(name)?.bytes ?? [];
    expect(differenceOf(prepare(name, false).data, expected)).toEqual({ max: 0, mean: 0 });
  });
  it.each(placedNames(paddleclas).filter((name) => name.includes('bicubic')))('%s', (name) => {
    const expected = paddleclas.get(name)?.bytes ?? [];
    const { max, mean } = differenceOf(prepare(name, false).data, expected);
    expect(max).toBeLessThanOrEqual(1);
    expect(mean).toBeLessThan(name.endsWith('/plain') ? 0.001 : 0.05);
  });
});

describe('the two frameworks', () => {
  it('give pictures that differ by far more than rounding', () => {
    const name = 'landscape.jpg/bilinear/down';
    const { mean } = differenceOf(
      torchvision.get(name)?.bytes ?? [],
      paddleclas.get(name)?.bytes ?? [],
    );
    expect(mean).toBeGreaterThan(2);
  });
});

describe('numbers of the network', () => {
  const numbersOf = (antialias: boolean) =>
    normalizePixels(
      prepare('landscape.jpg/bilinear/down', antialias),
      normalizationTable(imageNet),
    );
  it('are those of torchvision, bit by bit', () => {
    const expected = float32View(torchvision.get('numbers')?.bytes ?? new Uint8Array());
    expect(torchvision.get('numbers')?.shape).toEqual([3, 56, 56]);
    expect(differenceOf(numbersOf(true), expected).max).toBe(0);
  });
  it('are those of PaddleClas but for the rounding of 1/255', () => {
    const expected = float32View(paddleclas.get('numbers')?.bytes ?? new Uint8Array());
    expect(differenceOf(numbersOf(false), expected).max).toBeLessThan(1e-6);
  });
  it('keep mean and std in the order of the channels', () => {
    const pixel: Raster = { width: 1, height: 1, channels: 3, data: Uint8Array.of(255, 0, 51) };
    const preprocess: Preprocess = { ...imageNet, color: 'bgr', mean: [0, 0, 0], std: [1, 2, 4] };
    const input = { channels: 3, width: 1, height: 1 };
    const prepared = preparePixels(pixel, { preprocess, input }, 'pixel');
    expect([...prepared.data]).toEqual([51, 0, 255]);
    const numbers = normalizePixels(prepared, normalizationTable(preprocess));
    expect([...numbers]).toEqual([Math.fround(0.2), 0, 0.25]);
  });
});

describe('a window', () => {
  it('has the pixels of the whole resized picture', () => {
    const picture = pictures.get('portrait.png') as Raster;
    const resized = { width: 40, height: 58 };
    for (const interpolation of ['bilinear', 'bicubic', 'nearest'] as const) {
      for (const antialias of [true, false]) {
        const method = { interpolation, antialias };
        const whole = { left: 0, top: 0, ...resized };
        const all = placePixels(picture, { resized, window: whole }, method);
        const window = { left: 7, top: 11, width: 20, height: 31 };
        const part = placePixels(picture, { resized, window }, method);
        const cut = placePixels(all, { resized, window }, method);
        expect(differenceOf(part.data, cut.data).max).toBe(0);
      }
    }
  });
});

describe('mistakes', () => {
  const codeOf = (action: () => unknown): string | undefined => {
    try {
      action();
    } catch (error) {
      return error instanceof DiagnosticError ? error.diagnostics[0]?.code : String(error);
    }
    return undefined;
  };
  it('tells where a picture does not end up with the size of the input', () => {
    const input = { channels: 3, width: 32, height: 32 };
    const picture = pictures.get('small.png') as Raster;
    expect(codeOf(() => preparePixels(picture, { preprocess: imageNet, input }, 'x'))).toBe(
      'image-size',
    );
  });
  it('tells where a network does not read pictures', () => {
    const input = { channels: 4, width: 23, height: 31 };
    const picture = pictures.get('small.png') as Raster;
    expect(codeOf(() => preparePixels(picture, { preprocess: imageNet, input }, 'x'))).toBe(
      'network-not-for-pictures',
    );
  });
});

describe('placePixels', () => {
  const raster: Raster = {
    width: 9,
    height: 7,
    channels: 3,
    data: Uint8Array.from({ length: 9 * 7 * 3 }, (_, i) => (i * 37 + 11) % 251),
  };
  const method = { interpolation: 'bilinear', antialias: true } as const;

  it('gives what cutting the whole resized picture gives, over its borders too', () => {
    const side = fc.integer({ min: 3, max: 14 });
    const start = fc.integer({ min: -5, max: 6 });
    const placement = fc.record({
      resized: fc.record({ width: side, height: side }),
      window: fc.record({ left: start, top: start, width: side, height: side }),
    });
    fc.assert(
      fc.property(placement, ({ resized, window }) => {
        const { left, top, width, height } = window;
        fc.pre(left < resized.width && top < resized.height);
        fc.pre(left + width > 0 && top + height > 0);
        const whole = findResampler(method)(raster, resized, { left: 0, top: 0, ...resized });
        expect(placePixels(raster, { resized, window }, method)).toEqual(cutWindow(whole, window));
      }),
    );
  });
});
