import { describe, expect, it } from 'vitest';
import { preprocessingSchema } from '../../src/images/preprocessing-schema.ts';

const sound = {
  color: 'rgb',
  resize: { shortSide: 72, interpolation: 'bilinear', antialias: true },
  crop: { height: 64, width: 64 },
  normalize: { scale: 1 / 255, mean: [0.5, 0.5, 0.5], std: [0.2, 0.2, 0.2] },
  input: { channels: 3, height: 64, width: 64, layout: 'NCHW', dataType: 'float32' },
};

describe('the schema of preprocessing', () => {
  it('takes what rcc writes', () => {
    expect(preprocessingSchema.safeParse(sound).success).toBe(true);
  });

  const { resize, normalize, input } = sound;
  it.each([
    ['a resize that no memory holds', { resize: { ...resize, shortSide: 1e9 } }],
    ['a resize below zero', { resize: { ...resize, shortSide: -5 } }],
    ['a crop that is not the input', { crop: { height: 64, width: 60 } }],
    ['a mean for one channel of three', { normalize: { ...normalize, mean: [0] } }],
    ['a std of zero', { normalize: { ...normalize, std: [0.2, 0, 0.2] } }],
    ['half a pixel', { input: { ...input, width: 64.5 } }],
  ])('refuses %s', (_, edit) => {
    expect(preprocessingSchema.safeParse({ ...sound, ...edit }).success).toBe(false);
  });
});
