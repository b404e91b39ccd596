import type { Tensor } from '../engines/engine.ts';
import { openPictureData } from '../src/calibration/picture-data.ts';
import { loadOneSpec } from '../src/compile/spec-files.ts';

export const digitsSpec = 'examples/digits/digits.rn';

/** All pictures of an archive of the trained example as one tensor. */
export async function digitsOf(archive: 'calibration.zip' | 'test.zip'): Promise<Tensor> {
  const { spec } = await loadOneSpec(digitsSpec);
  const data = await openPictureData(`examples/digits/${archive}`, spec, 1000);
  try {
    for await (const batch of data.batches(1000)) return batch;
  } finally {
    await data.close();
  }
  throw new Error(`${archive} holds no pictures`);
}
