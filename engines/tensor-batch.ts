import type { Tensor } from './engine.ts';

function itemBytes({ bytes, shape }: Tensor): number {
  return bytes.byteLength / (shape[0] ?? 1);
}

/** Images `from` to `from + count` of a tensor; zeros stand for those that are not there. */
export function sliceBatch(tensor: Tensor, from: number, count: number): Tensor {
  const item = itemBytes(tensor);
  const bytes = new Uint8Array(item * count);
  bytes.set(
    tensor.bytes.subarray(from * item, Math.min((from + count) * item, tensor.bytes.length)),
  );
  return { dataType: tensor.dataType, shape: [count, ...tensor.shape.slice(1)], bytes };
}

/** The first `total` images of several tensors behind each other. */
export function joinBatches(parts: readonly Tensor[], total: number): Tensor {
  const [first] = parts;
  if (!first) throw new Error('no parts to join');
  const bytes = Buffer.concat(parts.map((part) => part.bytes)).subarray(
    0,
    total * itemBytes(first),
  );
  const shape = [total, ...first.shape.slice(1)];
  return { dataType: first.dataType, shape, bytes: Uint8Array.from(bytes) };
}

/** Which of the sizes run a batch of `total` images: as few runs as they allow; the last one is filled up. */
export function partsOf(total: number, batches: readonly number[]): number[] {
  const sizes = batches.toSorted((a, b) => b - a);
  const smallest = sizes.at(-1) ?? 1;
  const parts: number[] = [];
  for (let left = total; left > 0; left -= parts.at(-1) ?? left) {
    parts.push(sizes.find((size) => size <= left) ?? smallest);
  }
  return parts;
}
