import type { InputForm } from '../../codegen/passes/adapt-input.ts';
import type { InputSize, Preprocess } from '../language/spec.ts';
import type { Preprocessing } from './preprocessing-schema.ts';

interface FormFacts {
  readonly input: Pick<Preprocessing['input'], 'layout' | 'dataType' | 'alpha'>;
  /** Whether pictures are normalised before the model, not by it. */
  readonly isNormalized: boolean;
}

const forms: Readonly<Record<InputForm, FormFacts>> = {
  float32: { input: { layout: 'NCHW', dataType: 'float32' }, isNormalized: true },
  float16: { input: { layout: 'NCHW', dataType: 'float16' }, isNormalized: true },
  'float32-pixels': { input: { layout: 'NCHW', dataType: 'float32' }, isNormalized: false },
  'uint8-nhwc': { input: { layout: 'NHWC', dataType: 'uint8' }, isNormalized: false },
  'rgba-uint8': { input: { layout: 'NHWC', dataType: 'uint8', alpha: true }, isNormalized: false },
};

/** What has to be done to pictures for a model whose input has this form. */
export function preprocessingOf(
  { preprocess, input }: { readonly preprocess: Preprocess; readonly input: InputSize },
  form: InputForm,
): Preprocessing {
  const { resize, crop, mean, std, color, interpolation, antialias } = preprocess;
  const { input: facts, isNormalized } = forms[form];
  return {
    color,
    ...(resize === undefined ? {} : { resize: { shortSide: resize, interpolation, antialias } }),
    ...(crop === undefined ? {} : { crop: { height: crop, width: crop } }),
    ...(isNormalized ? { normalize: { scale: 1 / 255, mean: [...mean], std: [...std] } } : {}),
    input: { ...input, ...facts },
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
