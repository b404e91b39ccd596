import * as z from 'zod';
import type { InputForm } from '../../codegen/passes/adapt-input.ts';
import type { InputSize, Preprocess } from '../language/spec.ts';

/** How a picture becomes what a model reads, as data: in manifest.json, in the model's metadata, in docs/manifest.schema.json. In this order. */
export const preprocessingSchema = z.object({
  /** Order of the channels; `gray`: the luma 0.299 R + 0.587 G + 0.114 B, before the resize. */
  color: z.enum(['rgb', 'bgr', 'gray']),
  /** Absent: none. */
  resize: z
    .object({
      /** Pixels of the shorter side; the longer keeps the proportion. */
      shortSide: z.number(),
      interpolation: z.enum(['bilinear', 'bicubic', 'nearest']),
      /** Whether the resize filters as Pillow's does (torchvision, timm), or samples as OpenCV's (PaddleClas). */
      antialias: z.boolean(),
    })
    .optional(),
  /** Cut from the middle; absent: nothing is cut. */
  crop: z.object({ height: z.number(), width: z.number() }).optional(),
  /** Values of 0 to 255 become (value · scale − mean) / std, a number a channel; absent: the model does it. */
  normalize: z
    .object({ scale: z.number(), mean: z.array(z.number()), std: z.array(z.number()) })
    .optional(),
  input: z.object({
    channels: z.number(),
    height: z.number(),
    width: z.number(),
    layout: z.enum(['NCHW', 'NHWC']),
    dataType: z.enum(['float32', 'float16', 'uint8']),
    /** A fourth channel of 255 behind the others. */
    alpha: z.boolean().optional(),
  }),
});

export type Preprocessing = z.infer<typeof preprocessingSchema>;

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
