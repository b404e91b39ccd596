import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { bytesOf } from '../../codegen/tensors/float-bytes.ts';
import type { Tensor } from '../../engines/engine.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { type Dataset, digestContents, spreadIndices } from '../images/datasets/dataset.ts';
import { openDataset } from '../images/datasets/open-dataset.ts';
import { type PreparedImage, preparedImages } from '../images/prepared-images.ts';
import { normalizationTable, normalizePixels } from '../images/preprocess.ts';
import type { Raster } from '../images/raster.ts';
import type { Spec } from '../language/spec.ts';
import type { CalibrationData } from './data.ts';

type Pack = (rasters: readonly Raster[]) => Tensor;

function createPacker({ preprocess, input }: Spec): Pack {
  const table = normalizationTable(preprocess);
  const size = input.channels * input.height * input.width;
  return (rasters) => {
    const numbers = new Float32Array(rasters.length * size);
    for (const [i, raster] of rasters.entries())
      normalizePixels(raster, table, numbers.subarray(i * size, (i + 1) * size));
    const shape = [rasters.length, input.channels, input.height, input.width];
    return { dataType: 'float32', shape, bytes: bytesOf(numbers) };
  };
}

/** Pictures that cannot be read, by their places; noted each time that one is met. */
type Problems = Map<number, Diagnostic>;

async function* readablePixels(
  images: AsyncIterable<PreparedImage>,
  problems: Problems,
): AsyncGenerator<Raster> {
  for await (const { index, pixels, problem } of images) {
    if (problem) problems.set(index, problem);
    else if (pixels) yield pixels;
  }
}

async function* packed(rasters: AsyncIterable<Raster>, batch: number, pack: Pack) {
  let group: Raster[] = [];
  for await (const raster of rasters) {
    group.push(raster);
    if (group.length < batch) continue;
    yield pack(group);
    group = [];
  }
  if (group.length > 0) yield pack(group);
}

function createData(dataset: Dataset, spec: Spec, indices: readonly number[]): CalibrationData {
  const { preprocess, input } = spec;
  const pack = createPacker(spec);
  const problems: Problems = new Map();
  const all = dataset.images.length;
  const readable = () => indices.length - problems.size;
  return {
    get description() {
      const share = readable() < all ? `${readable()} of ${all}` : `${all}`;
      return `${basename(dataset.path)} (${share} pictures)`;
    },
    get images() {
      return readable();
    },
    diagnostics: dataset.diagnostics,
    digest: (signal) => digestContents(dataset, indices, signal),
    batches(batch, signal) {
      const ahead = Math.max(batch, availableParallelism());
      const options = { preprocess, input, indices, ahead, signal };
      const prepared = preparedImages(dataset, options);
      return packed(readablePixels(prepared, problems), batch, pack);
    },
    unreadable: () => [...problems].sort(([a], [b]) => a - b).map(([, problem]) => problem),
    close: () => dataset.close(),
  };
}

/** Pictures of a folder, an archive or an .npz, prepared as the spec says; `images` of them, spread over all. Labels are not needed. */
export async function openPictureData(
  path: string,
  spec: Spec,
  images: number,
): Promise<CalibrationData> {
  const dataset = await openDataset(path, { classes: spec.classes, labelled: false });
  return createData(dataset, spec, spreadIndices(dataset, images));
}
