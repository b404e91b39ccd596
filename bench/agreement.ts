/* How far an engine's logits are from others, number by number. */
import { float32View } from '../codegen/tensors/float-bytes.ts';
import type { Engine, Tensor } from '../engines/engine.ts';
import { joinBatches, sliceBatch } from '../engines/tensor-batch.ts';
import { greatest } from '../src/collections/extremes.ts';
import { ownValue } from '../src/collections/own-value.ts';

/** How far logits are from those of rcc's FP32. */
export interface Agreement {
  /** Root mean square of the differences over the standard deviation of the logits. */
  readonly error: number;
  /** The largest difference, in the same unit. */
  readonly largest: number;
  /** Share of pictures with the same first class. */
  readonly top1: number;
  readonly images: number;
}

/** Logits [images, classes] of all pictures, eight at a time. */
export async function logitsOf(
  engine: Engine,
  path: string,
  images: Tensor,
): Promise<Float32Array> {
  const loaded = await engine.load(path);
  const batch = 8;
  const [total = 0] = images.shape;
  const parts: Tensor[] = [];
  try {
    const [input, output] = [loaded.inputs[0]?.name ?? '', loaded.outputs[0]?.name ?? ''];
    for (let from = 0; from < total; from += batch) {
      const outputs = await loaded.run({ [input]: sliceBatch(images, from, batch) });
      const part = ownValue(outputs, output);
      if (!part) throw new Error(`${path} has no output`);
      parts.push(part);
    }
  } finally {
    await loaded.close();
  }
  return float32View(joinBatches(parts, total).bytes);
}

function rootMeanSquare(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

/** Compares logits [images, classes]. */
export function agreementOf(
  actual: Float32Array,
  expected: Float32Array,
  images: number,
): Agreement {
  const classes = expected.length / images;
  const mean = expected.reduce((sum, value) => sum + value, 0) / expected.length;
  const spread = rootMeanSquare(Float64Array.from(expected, (value) => value - mean));
  const differences = Float64Array.from(expected, (value, i) => (actual[i] as number) - value);
  const first = (logits: Float32Array, image: number): number => {
    const own = logits.subarray(image * classes, (image + 1) * classes);
    return own.indexOf(greatest(own));
  };
  const same = Array.from({ length: images }, (_, i) => first(actual, i) === first(expected, i));
  return {
    error: rootMeanSquare(differences) / spread,
    largest: greatest(differences.map(Math.abs)) / spread,
    top1: same.filter(Boolean).length / images,
    images,
  };
}
