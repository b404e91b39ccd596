/* Networks whose preprocessing differs in each way that a client has to follow, small enough to be compiled in a blink. */
import type { GraphOptions } from '../../../src/compile/precision.ts';
import type { Spec } from '../../../src/language/spec.ts';
import { specWith } from '../../helpers/language.ts';
import { specAt } from '../../helpers/spec-files.ts';

export interface ClientCase extends Pick<GraphOptions, 'inputForm' | 'outputForm'> {
  readonly spec: () => Promise<Spec>;
  readonly batch?: number;
  /** What Python's client may differ by; default 1e-4. */
  readonly pythonWithin?: number;
}

const colors = 'mean [0.485, 0.456, 0.406] std [0.229, 0.224, 0.225]';

function narrow(preprocess: string, channels = 3): () => Promise<Spec> {
  return () =>
    specWith(
      `block basic stages [1, 1] widths [8, 16] input ${channels}x64x64 classes 12 preprocess { ${preprocess} }`,
    );
}

const usual = narrow(`resize 72 crop 64 antialias yes ${colors}`);

export const cases: Readonly<Record<string, ClientCase>> = {
  digits: { spec: () => specAt('examples/digits/digits.rn') },
  'a CIFAR network': {
    spec: async () => {
      const spec = await specAt('test/fixtures/weights/cifar14.rn');
      const placed = { resize: 32, crop: 32, antialias: true };
      return { ...spec, preprocess: { ...spec.preprocess, ...placed } };
    },
  },
  'pictures that are cut alone, and smaller ones': { spec: narrow(`crop 64 ${colors}`) },
  'bilinear, antialiased': { spec: usual },
  'bicubic, antialiased, blue first': {
    spec: narrow(`resize 80 crop 64 interpolation bicubic antialias yes color bgr ${colors}`),
  },
  'nearest as Pillow': {
    spec: narrow(`resize 71 crop 64 interpolation nearest antialias yes ${colors}`),
  },
  'bilinear as OpenCV': { spec: narrow(`resize 73 crop 64 antialias no ${colors}`) },
  'bicubic as OpenCV': {
    spec: narrow(`resize 73 crop 64 interpolation bicubic antialias no color bgr ${colors}`),
    // OpenCV's packages for x86 give one of 25 values another last bit (docs/pictures.md).
    pythonWithin: 1e-3,
  },
  'nearest as OpenCV': {
    spec: narrow(`resize 73 crop 64 interpolation nearest antialias no ${colors}`),
  },
  gray: { spec: narrow('resize 70 crop 64 antialias yes color gray mean [0.4] std [0.3]', 1) },
  'float16 numbers': { spec: usual, inputForm: 'float16' },
  'pixels in float32, to probabilities': {
    spec: usual,
    inputForm: 'float32-pixels',
    outputForm: 'probabilities',
  },
  'bytes, blue first': {
    spec: narrow(`resize 72 crop 64 antialias yes color bgr ${colors}`),
    inputForm: 'uint8-nhwc',
  },
  'bytes in gray': {
    spec: narrow('resize 70 crop 64 antialias yes color gray mean [0.4] std [0.3]', 1),
    inputForm: 'uint8-nhwc',
  },
  'bytes with alpha': { spec: usual, inputForm: 'rgba-uint8' },
  'a fixed batch': { spec: usual, batch: 3 },
};
