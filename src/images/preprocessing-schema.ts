import * as z from 'zod';

/** As in a spec (src/language). */
const pixels = z.int().min(1).max(4096);

const fieldsSchema = z.object({
  /** Order of the channels; `gray`: the luma 0.299 R + 0.587 G + 0.114 B, before the resize. */
  color: z.enum(['rgb', 'bgr', 'gray']),
  /** Absent: none. */
  resize: z
    .object({
      /** Pixels of the shorter side; the longer keeps the proportion. */
      shortSide: pixels,
      interpolation: z.enum(['bilinear', 'bicubic', 'nearest']),
      /** Whether the resize filters as Pillow's does (torchvision, timm), or samples as OpenCV's (PaddleClas). */
      antialias: z.boolean(),
    })
    .optional(),
  /** Cut from the middle; absent: nothing is cut. */
  crop: z.object({ height: pixels, width: pixels }).optional(),
  /** Values of 0 to 255 become (value · scale − mean) / std, a number a channel; absent: the model does it. */
  normalize: z
    .object({ scale: z.number(), mean: z.array(z.number()), std: z.array(z.number().positive()) })
    .optional(),
  input: z.object({
    channels: z.int().min(1),
    height: pixels,
    width: pixels,
    layout: z.enum(['NCHW', 'NHWC']),
    dataType: z.enum(['float32', 'float16', 'uint8']),
    /** A fourth channel of 255 behind the others. */
    alpha: z.boolean().optional(),
  }),
});

type Fields = z.infer<typeof fieldsSchema>;

const hasNumberForEachChannel = ({ normalize, input: { channels } }: Fields): boolean =>
  !normalize || [normalize.mean, normalize.std].every(({ length }) => length === channels);

const cropsToInput = ({ crop, input: { height, width } }: Fields): boolean =>
  !crop || (crop.height === height && crop.width === width);

/** How a picture becomes what a model reads, as data: in manifest.json, in the model's metadata, in docs/manifest.schema.json. In this order. */
export const preprocessingSchema = fieldsSchema
  .refine(hasNumberForEachChannel, { path: ['normalize'], error: 'expected a number a channel' })
  .refine(cropsToInput, { path: ['crop'], error: 'expected the size of the input' });

export type Preprocessing = z.infer<typeof preprocessingSchema>;
