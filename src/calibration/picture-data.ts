import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { bytesOf } from '../../codegen/weights/float-bytes.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { type Dataset, digestContents, spreadIndices } from '../images/datasets/dataset.ts';
import { openDataset } from '../images/datasets/open-dataset.ts';
import { type PreparedImage, preparedImages } from '../images/prepared-images.ts';
import { normalizationTable, normalizePixels } from '../images/preprocess.ts';
import type { Raster } from '../images/raster.ts';
import type { Spec } from '../language/spec.ts';
import type { CalibrationData } from './data.ts';

/** Pixels of a picture; one that cannot be read ends the calibration: it would no longer be the one that its digest tells of. */
function pixelsOf({ pixels, problem }: PreparedImage): Raster {
  if (pixels) return pixels;
  throw problem ? new DiagnosticError(problem) : new Error('a picture without pixels or problem');
}

function createData(
  dataset: Dataset,
  spec: Spec,
  indices: readonly number[],
): Omit<CalibrationData, 'close'> {
  const { preprocess, input } = spec;
  const table = normalizationTable(preprocess);
  const size = input.channels * input.height * input.width;
  const pack = (rasters: readonly Raster[]) => {
    const numbers = new Float32Array(rasters.length * size);
    for (const [i, raster] of rasters.entries())
      normalizePixels(raster, table, numbers.subarray(i * size, (i + 1) * size));
    const shape = [rasters.length, input.channels, input.height, input.width];
    return { dataType: 'float32' as const, shape, bytes: bytesOf(numbers) };
  };
  const all = dataset.images.length;
  const share = indices.length < all ? `${indices.length} of ${all}` : `${all}`;
  return {
    description: `${basename(dataset.path)} (${share} pictures)`,
    images: indices.length,
    diagnostics: dataset.diagnostics,
    digest: (signal) => digestContents(dataset, indices, signal),
    async *batches(batch, signal) {
      const ahead = Math.max(batch, availableParallelism());
      let rasters: Raster[] = [];
      for await (const prepared of preparedImages(dataset, {
        preprocess,
        input,
        indices,
        ahead,
        signal,
      })) {
        rasters.push(pixelsOf(prepared));
        if (rasters.length < batch) continue;
        yield pack(rasters);
        rasters = [];
      }
      if (rasters.length > 0) yield pack(rasters);
    },
  };
}

/** Pictures of a folder, an archive or an .npz, prepared as the spec says; `images` of them, spread over all. Labels are not needed. */
export async function openPictureData(
  path: string,
  spec: Spec,
  images: number,
): Promise<CalibrationData> {
  const dataset = await openDataset(path, { classes: spec.classes, labelled: false });
  const data = createData(dataset, spec, spreadIndices(dataset, images));
  return { ...data, close: () => dataset.close() };
}
