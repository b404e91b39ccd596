import { type DataType, elementCount, type TensorType } from '../codegen/ir/types.ts';
import { toFloat16Bits } from '../codegen/tensors/float16.ts';
import { createRandomStream, hashText, type RandomStream } from '../codegen/tensors/random.ts';
import type { Tensor } from './engine.ts';

type Draw = (stream: RandomStream) => number;
type Numbers = Float32Array | Float64Array | Uint16Array | Uint8Array;

const drawNormal: Draw = (stream) => stream.normal();

/** What an input of each type holds: a normalised picture, or raw bytes. */
const kinds: Partial<Record<DataType, { array: new (count: number) => Numbers; draw: Draw }>> = {
  float32: { array: Float32Array, draw: drawNormal },
  float64: { array: Float64Array, draw: drawNormal },
  float16: { array: Uint16Array, draw: (stream) => toFloat16Bits(stream.normal()) },
  uint8: { array: Uint8Array, draw: (stream) => Math.floor(256 * stream.uniform()) },
};

/**
 * An input that looks like normalised pictures to a network: close to standard normal numbers, or evenly spread bytes for uint8.
 * The same on every machine; the first images of a large batch are those of a smaller one.
 */
export function createSeededInput(type: TensorType, batch: number, seed: number): Tensor {
  const kind = kinds[type.dataType];
  if (!kind) throw new Error(`no seeded input of type ${type.dataType}`);
  const stream = createRandomStream(hashText('input', seed));
  const values = new kind.array(elementCount(type.shape, batch));
  for (let i = 0; i < values.length; i++) values[i] = kind.draw(stream);
  return {
    dataType: type.dataType,
    shape: type.shape.map((dim) => (dim === 'N' ? batch : dim)),
    bytes: new Uint8Array(values.buffer),
  };
}
