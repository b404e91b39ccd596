import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { InputSize, Preprocess } from '../language/spec.ts';
import { type Dataset, type DatasetImage, problemOf } from './datasets/dataset.ts';
import { preparePixels } from './preprocess.ts';
import type { Raster } from './raster.ts';

/** What a network makes of pictures before its first layer. */
export interface PictureRules {
  readonly preprocess: Preprocess;
  readonly input: InputSize;
}

/** A picture as the network sees it, or why it could not be read. */
export interface PreparedImage {
  /** Place in the data set. */
  readonly index: number;
  readonly image: DatasetImage;
  /** [H, W, C] in the network's order of channels; undefined where the picture is unreadable. */
  readonly pixels?: Raster;
  readonly problem?: Diagnostic;
  /** EXIF orientation of the file; it is not applied. */
  readonly orientation: number;
}

export interface PrepareOptions extends PictureRules {
  /** Which pictures, in this order. */
  readonly indices: readonly number[];
  /** How many may be read and decoded at once, and wait for their turn; each holds one decoded picture at most. */
  readonly ahead: number;
  readonly signal?: AbortSignal | undefined;
}

async function prepareImage(
  dataset: Dataset,
  index: number,
  rules: PictureRules,
): Promise<PreparedImage> {
  const image = dataset.images[index];
  if (!image) throw new RangeError(`no picture ${index}`);
  try {
    const picture = await dataset.decode(index);
    const pixels = preparePixels(picture, rules, `${dataset.path}/${image.name}`);
    return { index, image, pixels, orientation: picture.orientation };
  } catch (error) {
    return { index, image, problem: problemOf(error), orientation: 1 };
  }
}

/**
 * Pictures in order, read and decoded ahead of whoever takes them, so that they are decoded while an engine runs. Unreadable ones come with their
 * problem. An aborted signal throws its reason.
 */
export async function* preparedImages(
  dataset: Dataset,
  { indices, ahead, signal, ...rules }: PrepareOptions,
): AsyncGenerator<PreparedImage> {
  const waiting: Promise<PreparedImage>[] = [];
  let next = 0;
  const fill = (): void => {
    while (waiting.length < ahead && next < indices.length) {
      const prepared = prepareImage(dataset, indices[next++] as number, rules);
      // Met when its turn comes; until then, or when nobody asks any more, it is not unhandled.
      prepared.catch(() => {});
      waiting.push(prepared);
    }
  };
  for (;;) {
    signal?.throwIfAborted();
    fill();
    const first = waiting.shift();
    if (!first) return;
    yield await first;
  }
}
