/* Made-up pictures: smooth, each of its own contrast, so that a network's activations differ from picture to picture as they do with real ones. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { bytesOf } from '../codegen/tensors/float-bytes.ts';
import { createRandomStream, hashText } from '../codegen/tensors/random.ts';
import type { Tensor } from '../engines/engine.ts';

/** Points of the grid that a picture is drawn between. */
const gridSide = 9;

/** Normalised pictures [count, 3, side, side]; the same for the same seed. */
export function drawPictures(count: number, side: number, seed: number): Tensor {
  const stream = createRandomStream(hashText('pictures', seed));
  const area = side * side;
  const values = new Float32Array(count * 3 * area);
  const step = (gridSide - 1) / side;
  for (let plane = 0; plane < count * 3; plane++) {
    const contrast = 0.3 + 1.7 * stream.uniform();
    const grid = Float32Array.from({ length: gridSide ** 2 }, () => stream.normal() * contrast);
    const at = (row: number, column: number): number => grid[row * gridSide + column] as number;
    for (let y = 0; y < side; y++) {
      const [row, down] = [Math.floor(y * step), (y * step) % 1];
      for (let x = 0; x < side; x++) {
        const [column, right] = [Math.floor(x * step), (x * step) % 1];
        const upper = at(row, column) * (1 - right) + at(row, column + 1) * right;
        const lower = at(row + 1, column) * (1 - right) + at(row + 1, column + 1) * right;
        const grain = 0.1 * (stream.uniform() - 0.5);
        values[plane * area + y * side + x] = upper * (1 - down) + lower * down + grain;
      }
    }
  }
  return { dataType: 'float32', shape: [count, 3, side, side], bytes: bytesOf(values) };
}

/** Writes a float32 tensor as .npy. */
export function writeNpy(path: string, { shape, bytes }: Tensor): void {
  const description = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const length = Math.ceil((10 + description.length + 1) / 64) * 64 - 10;
  const header = Buffer.alloc(10 + length, ' ');
  header.write('\x93NUMPY\x01\x00', 'latin1');
  header.writeUInt16LE(length, 8);
  header.write(description, 10, 'latin1');
  header.write('\n', 9 + length, 'latin1');
  const file = openSync(path, 'w');
  try {
    for (const part of [header, bytes]) writeSync(file, part);
  } finally {
    closeSync(file);
  }
}
