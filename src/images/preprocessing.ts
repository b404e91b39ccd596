import type { InputForm } from '../../codegen/passes/adapt-input.ts';
import type { InputSize, Preprocess } from '../language/spec.ts';
import type { Preprocessing } from './preprocessing-schema.ts';

const inputs = {
  float32: { layout: 'NCHW', dataType: 'float32' },
  float16: { layout: 'NCHW', dataType: 'float16' },
  'uint8-nhwc': { layout: 'NHWC', dataType: 'uint8' },
  'rgba-uint8': { layout: 'NHWC', dataType: 'uint8', alpha: true },
} as const satisfies Readonly<Record<InputForm, object>>;

/** What has to be done to pictures for a model whose input has this form. */
export function preprocessingOf(
  { preprocess, input }: { readonly preprocess: Preprocess; readonly input: InputSize },
  form: InputForm,
): Preprocessing {
  const { resize, crop, mean, std, color, interpolation, antialias } = preprocess;
  const { layout, dataType } = inputs[form];
  return {
    color,
    ...(resize === undefined ? {} : { resize: { shortSide: resize, interpolation, antialias } }),
    ...(crop === undefined ? {} : { crop: { height: crop, width: crop } }),
    ...(dataType === 'uint8'
      ? {}
      : { normalize: { scale: 1 / 255, mean: [...mean], std: [...std] } }),
    input: { ...input, ...inputs[form], layout, dataType },
  };
}

/** The same as a spec has it. Where the model normalises by itself, mean and std are nobody's business: zeros and ones. */
export function rulesOf({ color, resize, crop, normalize, input }: Preprocessing): {
  readonly preprocess: Preprocess;
  readonly input: InputSize;
} {
  const { channels, height, width } = input;
  const each = (value: number) => Array.from({ length: channels }, () => value);
  return {
    input: { channels, height, width },
    preprocess: {
      ...(resize ? { resize: resize.shortSide } : {}),
      ...(crop ? { crop: crop.height } : {}),
      mean: normalize?.mean ?? each(0),
      std: normalize?.std ?? each(1),
      color,
      interpolation: resize?.interpolation ?? 'bilinear',
      antialias: resize?.antialias ?? false,
    },
  };
}
