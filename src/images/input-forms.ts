import type { Value } from '../../codegen/ir/graph.ts';
import type { DataType } from '../../codegen/ir/types.ts';
import { bytesOf } from '../../codegen/tensors/float-bytes.ts';
import { toFloat16Bits } from '../../codegen/tensors/float16.ts';
import type { Tensor } from '../../engines/engine.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import type { InputSize, Preprocess } from '../language/spec.ts';
import { normalizationTable, normalizePixels } from './preprocess.ts';
import type { Raster } from './raster.ts';

/** Makes the tensor [batch, …] of prepared pictures; places of a fixed batch that are left over are zeros. */
type Packer = (rasters: readonly Raster[], batch: number, preprocess: Preprocess) => Uint8Array;

interface InputForm {
  readonly dataType: DataType;
  /** Sizes behind the batch. */
  shape(picture: InputSize): readonly number[];
  readonly pack: Packer;
}

const packNumbers = (
  rasters: readonly Raster[],
  batch: number,
  preprocess: Preprocess,
): Float32Array => {
  const table = normalizationTable(preprocess);
  const size = rasters[0]?.data.length ?? 0;
  const numbers = new Float32Array(batch * size);
  for (const [index, raster] of rasters.entries()) {
    normalizePixels(raster, table, numbers.subarray(index * size, (index + 1) * size));
  }
  return numbers;
};

const packPixels: Packer = (rasters, batch) => {
  const size = rasters[0]?.data.length ?? 0;
  const bytes = new Uint8Array(batch * size);
  for (const [index, { data }] of rasters.entries()) bytes.set(data, index * size);
  return bytes;
};

const packWithAlpha: Packer = (rasters, batch) => {
  const area = (rasters[0]?.data.length ?? 0) / 3;
  const bytes = new Uint8Array(batch * area * 4);
  for (const [index, { data }] of rasters.entries()) {
    let to = index * area * 4;
    for (let from = 0; from < data.length; from += 3) {
      bytes[to++] = data[from] as number;
      bytes[to++] = data[from + 1] as number;
      bytes[to++] = data[from + 2] as number;
      bytes[to++] = 255;
    }
  }
  return bytes;
};

/** The forms in which an engine may take pictures. Channels are in the network's order throughout. */
const forms: readonly InputForm[] = [
  {
    dataType: 'float32',
    shape: ({ channels, height, width }) => [channels, height, width],
    pack: (...arguments_) => bytesOf(packNumbers(...arguments_)),
  },
  {
    dataType: 'float16',
    shape: ({ channels, height, width }) => [channels, height, width],
    pack: (...arguments_) => bytesOf(Uint16Array.from(packNumbers(...arguments_), toFloat16Bits)),
  },
  {
    dataType: 'uint8',
    shape: ({ channels, height, width }) => [height, width, channels],
    pack: packPixels,
  },
  { dataType: 'uint8', shape: ({ height, width }) => [height, width, 4], pack: packWithAlpha },
];

/** Brings prepared pictures into the form of one engine's input. */
export interface InputPacker {
  readonly name: string;
  /** Pictures that the engine takes at once; undefined: any number. */
  readonly batch: number | undefined;
  /** One batch, or less where the batch is fixed: the rest are zeros. */
  pack(rasters: readonly Raster[]): Tensor;
}

function findForm({ type }: Value, picture: InputSize): InputForm | undefined {
  const [, ...sizes] = type.shape;
  return forms.find((form) => {
    const shape = form.shape(picture);
    const isSameShape =
      shape.length === sizes.length && shape.every((size, axis) => size === sizes[axis]);
    return form.dataType === type.dataType && isSameShape;
  });
}

export interface PackerOptions {
  /** Size of a picture as the network sees it. */
  readonly picture: InputSize;
  readonly preprocess: Preprocess;
  /** Names the engine in diagnostics. */
  readonly precision: string;
}

/**
 * The packer for an engine's input: float32 or float16 [N, C, H, W] normalised, or uint8 [N, H, W, C] and [N, H, W, 4] (alpha 255) as pixels.
 * Throws DiagnosticError `image-input-form`.
 */
export function createInputPacker(
  input: Value,
  { picture, preprocess, precision }: PackerOptions,
): InputPacker {
  const form = findForm(input, picture);
  if (!form) {
    const { dataType, shape } = input.type;
    return fail('image-input-form', { precision, input: `${dataType} [${shape.join(', ')}]` });
  }
  const [first] = input.type.shape;
  const batch = typeof first === 'number' ? first : undefined;
  return {
    name: input.name,
    batch,
    pack: (rasters) => {
      const count = batch ?? rasters.length;
      return {
        dataType: form.dataType,
        shape: [count, ...form.shape(picture)],
        bytes: form.pack(rasters, count, preprocess),
      };
    },
  };
}
