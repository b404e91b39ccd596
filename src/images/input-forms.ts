import type { Value } from '../../codegen/ir/graph.ts';
import type { DataType } from '../../codegen/ir/types.ts';
import type { InputForm } from '../../codegen/passes/adapt-input.ts';
import { bytesOf } from '../../codegen/tensors/float-bytes.ts';
import { toFloat16Bits } from '../../codegen/tensors/float16.ts';
import type { Tensor } from '../../engines/engine.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import type { InputSize, Preprocess } from '../language/spec.ts';
import { normalizationTable, normalizePixels } from './preprocess.ts';
import type { Raster } from './raster.ts';

/** Makes the tensor [batch, …] of prepared pictures; places of a fixed batch that are left over are zeros. */
type Packer = (rasters: readonly Raster[], batch: number, preprocess: Preprocess) => Uint8Array;

interface PackedForm {
  readonly dataType: DataType;
  /** Sizes behind the batch. */
  shape(picture: InputSize): readonly number[];
  readonly pack: Packer;
}

/** Pictures as planes of numbers: what each of the 256 values of each channel becomes stands in the table. */
function packPlanes(rasters: readonly Raster[], batch: number, table: Float32Array): Float32Array {
  const size = rasters[0]?.data.length ?? 0;
  const numbers = new Float32Array(batch * size);
  for (const [index, raster] of rasters.entries()) {
    normalizePixels(raster, table, numbers.subarray(index * size, (index + 1) * size));
  }
  return numbers;
}

const packNumbers = (...[rasters, batch, preprocess]: Parameters<Packer>): Float32Array =>
  packPlanes(rasters, batch, normalizationTable(preprocess));

/** Each value stays what it is. */
const pixelTable = ({ mean }: Preprocess): Float32Array =>
  Float32Array.from({ length: mean.length * 256 }, (_, index) => index % 256);

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

const planes = ({ channels, height, width }: InputSize) => [channels, height, width];

/** The forms in which an engine may take pictures. Channels are in the network's order throughout. */
const forms: Readonly<Record<InputForm, PackedForm>> = {
  float32: {
    dataType: 'float32',
    shape: planes,
    pack: (...given) => bytesOf(packNumbers(...given)),
  },
  float16: {
    dataType: 'float16',
    shape: planes,
    pack: (...given) => bytesOf(Uint16Array.from(packNumbers(...given), toFloat16Bits)),
  },
  'float32-pixels': {
    dataType: 'float32',
    shape: planes,
    pack: (rasters, batch, preprocess) =>
      bytesOf(packPlanes(rasters, batch, pixelTable(preprocess))),
  },
  'uint8-nhwc': {
    dataType: 'uint8',
    shape: ({ channels, height, width }) => [height, width, channels],
    pack: packPixels,
  },
  'rgba-uint8': {
    dataType: 'uint8',
    shape: ({ height, width }) => [height, width, 4],
    pack: packWithAlpha,
  },
};

/** Brings prepared pictures into the form of one engine's input. */
export interface InputPacker {
  readonly name: string;
  /** Pictures that the engine takes at once; undefined: any number. */
  readonly batch: number | undefined;
  /** One batch, or less where the batch is fixed: the rest are zeros. */
  pack(rasters: readonly Raster[]): Tensor;
}

/** Whether an input can be of a form; which it is only its model's maker knows: normalised numbers and pixels have one type and shape. */
function isOf({ type }: Value, { dataType, shape }: PackedForm, picture: InputSize): boolean {
  const [, ...sizes] = type.shape;
  const wanted = shape(picture);
  const isSameShape =
    wanted.length === sizes.length && wanted.every((size, axis) => size === sizes[axis]);
  return dataType === type.dataType && isSameShape;
}

export interface PackerOptions {
  /** As the model was made: manifest.json tells it of an artifact. */
  readonly inputForm: InputForm;
  /** Size of a picture as the network sees it. */
  readonly picture: InputSize;
  readonly preprocess: Preprocess;
  /** Names the engine in diagnostics. */
  readonly precision: string;
}

/** The packer for an engine's input. Throws DiagnosticError `image-input-form` where that cannot be of the form. */
export function createInputPacker(
  input: Value,
  { inputForm, picture, preprocess, precision }: PackerOptions,
): InputPacker {
  const form = forms[inputForm];
  if (!isOf(input, form, picture)) {
    const { dataType, shape } = input.type;
    const found = `${dataType} [${shape.join(', ')}]`;
    return fail('image-input-form', { precision, input: found, form: inputForm });
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
