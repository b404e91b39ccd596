import { type DataType, elementCount, type TensorType } from '../codegen/ir/types.ts';
import { toFloat16Bits } from '../codegen/weights/float16.ts';
import type { Tensor } from './engine.ts';

/** Mean and standard deviation of the sum of four numbers drawn evenly from 0 … 65,535. */
const sumMean = 2 * 65535;
const sumDeviation = Math.sqrt((4 * (65536 ** 2 - 1)) / 12);

/** Integers of 32 bits by Bob Jenkins' small generator (JSF32, 2007): the same on every machine. */
function createRandom(seed: number): () => number {
  let a = 0xf1ea5eed;
  let [b, c, d] = [seed | 0, seed | 0, seed | 0];
  const next = (): number => {
    const e = (a - ((b << 27) | (b >>> 5))) | 0;
    a = b ^ ((c << 17) | (c >>> 15));
    b = (c + d) | 0;
    c = (d + e) | 0;
    d = (e + a) | 0;
    return d;
  };
  for (let i = 0; i < 20; i++) next();
  return next;
}

type Draw = (random: () => number) => number;
type Numbers = Float32Array | Float64Array | Uint16Array | Uint8Array;

/** Close to normal: mean 0, standard deviation 1, within ±3.47. One division, so no library's logarithm decides the last bit. */
const drawNormal: Draw = (random) => {
  const [u, v] = [random(), random()];
  const sum = (u & 0xffff) + (u >>> 16) + (v & 0xffff) + (v >>> 16);
  return (sum - sumMean) / sumDeviation;
};

/** What an input of each type holds: a normalised picture, or raw bytes. */
const kinds: Partial<Record<DataType, { array: new (count: number) => Numbers; draw: Draw }>> = {
  float32: { array: Float32Array, draw: drawNormal },
  float64: { array: Float64Array, draw: drawNormal },
  float16: { array: Uint16Array, draw: (random) => toFloat16Bits(drawNormal(random)) },
  uint8: { array: Uint8Array, draw: (random) => random() >>> 24 },
};

/**
 * An input that looks like normalised pictures to a network: close to standard normal numbers, or evenly spread bytes for uint8.
 * The same on every machine; the first images of a large batch are those of a smaller one.
 */
export function createSeededInput(type: TensorType, batch: number, seed: number): Tensor {
  const kind = kinds[type.dataType];
  if (!kind) throw new Error(`no seeded input of type ${type.dataType}`);
  const random = createRandom(seed);
  const values = new kind.array(elementCount(type.shape, batch));
  for (let i = 0; i < values.length; i++) values[i] = kind.draw(random);
  return {
    dataType: type.dataType,
    shape: type.shape.map((dim) => (dim === 'N' ? batch : dim)),
    bytes: new Uint8Array(values.buffer),
  };
}
