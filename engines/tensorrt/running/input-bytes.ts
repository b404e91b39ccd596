/* The bytes of an input as the engine's binding has them: trtexec copies a file as it is, and takes one that is larger without a word. */
import { toFloat16Bits } from '../../../codegen/tensors/float16.ts';
import type { Tensor } from '../../engine.ts';
import { numbersOf } from '../../tensor-values.ts';
import type { Binding, IoType } from '../planning/io-format.ts';

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** One number as bfloat16 bits: the upper half of a float32, rounded to nearest, ties to even. */
function toBfloat16Bits(value: number): number {
  float[0] = value;
  const [bits32 = 0] = bits;
  if (Number.isNaN(value)) return 0x7fc0;
  return (bits32 + 0x7fff + ((bits32 >>> 16) & 1)) >>> 16;
}

/** Bytes of numbers in the float types that a binding may have in place of the graph's. */
const floatBytes: Readonly<Partial<Record<IoType, (values: Float64Array) => ArrayBufferView>>> = {
  fp32: (values) => Float32Array.from(values),
  fp16: (values) => Uint16Array.from(values, toFloat16Bits),
  bf16: (values) => Uint16Array.from(values, toBfloat16Bits),
};

const declaredFloats: Readonly<Record<string, IoType>> = { float32: 'fp32', float16: 'fp16' };

function asType({ dataType, shape, bytes }: Tensor, type: IoType): Uint8Array {
  const declared = declaredFloats[dataType];
  const convert = declared && declared !== type ? floatBytes[type] : undefined;
  if (!convert) return bytes;
  const { buffer, byteOffset, byteLength } = convert(numbersOf({ dataType, shape, bytes }));
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}

/** Where channels lie in a layout: together in groups of this many, in front of or behind rows and columns. */
interface Arrangement {
  readonly group: number;
  readonly last: boolean;
}

const arrangements: Readonly<Record<Binding['layout'], Arrangement | undefined>> = {
  chw: undefined,
  chw2: { group: 2, last: false },
  chw4: { group: 4, last: false },
  chw16: { group: 16, last: false },
  chw32: { group: 32, last: false },
  hwc8: { group: 8, last: true },
  hwc: { group: 1, last: true },
};

/** Images, channels and places of a tensor: the channels are the third dimension from the end. */
function countsOf(shape: readonly number[]) {
  const [channels = 1, rows = 1, columns = 1] = shape.slice(-3);
  const images = shape.slice(0, -3).reduce((product, size) => product * size, 1);
  return { images, channels, places: rows * columns };
}

/** Copies elements that lie together to places `step` elements apart. */
function scatter(
  from: Uint8Array,
  into: Uint8Array,
  { first, step, size }: { first: number; step: number; size: number },
): void {
  for (let place = 0; place * size < from.length; place++) {
    const at = (first + place * step) * size;
    for (let i = 0; i < size; i++) into[at + i] = from[place * size + i] as number;
  }
}

/** Copies elements from channels, rows and columns to the arrangement; channels that only pad stay zero. */
function arrange(
  bytes: Uint8Array,
  shape: readonly number[],
  { group, last }: Arrangement,
): Uint8Array {
  const { images, channels, places } = countsOf(shape);
  const size = bytes.length / (images * channels * places);
  const stored = Math.ceil(channels / group) * group;
  const arranged = new Uint8Array(images * stored * places * size);
  for (let row = 0; row < images * channels; row++) {
    const channel = row % channels;
    const inner = channel % group;
    // Where the channel's first element lies in its image, and how far its next one is.
    const offset = last ? channel : (channel - inner) * places + inner;
    const first = Math.floor(row / channels) * stored * places + offset;
    const plane = bytes.subarray(row * places * size, (row + 1) * places * size);
    scatter(plane, arranged, { first, step: last ? stored : group, size });
  }
  return arranged;
}

/** The bytes that the engine's binding has for a tensor of the graph. */
export function inputBytes(tensor: Tensor, { type, layout }: Binding): Uint8Array {
  const bytes = asType(tensor, type);
  const arrangement = arrangements[layout];
  return arrangement ? arrange(bytes, tensor.shape, arrangement) : bytes;
}
