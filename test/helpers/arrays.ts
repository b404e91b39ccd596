import { bytesSource } from '../../codegen/tensors/byte-range.ts';
import { readAll } from '../../codegen/tensors/tensor-source.ts';
import { npyTensor, parseNpyHeader } from '../../codegen/weights/formats/npy.ts';
import { openZipStore } from '../../src/images/datasets/zip-store.ts';

/** The arrays of an .npz that numpy.savez_compressed wrote, by name, as they are stored. */
export async function readArrays(
  path: string,
): Promise<ReadonlyMap<string, { shape: readonly number[]; bytes: Uint8Array }>> {
  const store = await openZipStore(path);
  try {
    const arrays = new Map<string, { shape: readonly number[]; bytes: Uint8Array }>();
    for (const file of store.files) {
      const stored = await store.read(file);
      const source = bytesSource(file.path, stored);
      const header = await parseNpyHeader(source);
      const bytes = await readAll(npyTensor(source, header));
      arrays.set(file.path.replace(/\.npy$/, ''), { shape: header.shape, bytes });
    }
    return arrays;
  } finally {
    await store.close();
  }
}

export interface Difference {
  readonly max: number;
  readonly mean: number;
}

export function differenceOf(a: ArrayLike<number>, b: ArrayLike<number>): Difference {
  if (a.length !== b.length) throw new Error(`${a.length} values against ${b.length}`);
  let [max, sum] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs((a[i] as number) - (b[i] as number));
    max = Math.max(max, difference);
    sum += difference;
  }
  return { max, mean: sum / a.length };
}
