import { createHash } from 'node:crypto';
import { type Diagnostic, DiagnosticError } from '../../diagnostics/diagnostic.ts';
import type { DecodeOptions, Picture } from '../decode.ts';

/** A picture of a data set. */
export interface DatasetImage {
  /** Path inside the data set, or its number in an array; what diagnostics and results call it. */
  readonly name: string;
  /** Class number; undefined where the data set has no labels. */
  readonly label: number | undefined;
}

/** Pictures with their labels, in an order that depends on their names only. Close it when done. */
export interface Dataset {
  readonly path: string;
  readonly images: readonly DatasetImage[];
  /** What the data set itself calls the classes, where it does. */
  readonly classNames?: readonly string[];
  /** SHA-256, in hex, of the names, sizes and labels of all pictures: tells data sets apart without reading them. */
  readonly digest: string;
  /** What was assumed or left out. */
  readonly diagnostics: readonly Diagnostic[];
  /** The pixels of a picture. Throws DiagnosticError `image-unreadable` about this one. */
  decode(index: number, options?: DecodeOptions): Promise<Picture>;
  /** The stored bytes of a picture: its file, or its pixels in an array. */
  readBytes(index: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** SHA-256, in hex, of what identifies pictures: one line each. */
export function digestListing(images: readonly DatasetImage[], sizes: readonly number[]): string {
  const hash = createHash('sha256');
  for (const [index, { name, label }] of images.entries()) {
    hash.update(JSON.stringify([name, sizes[index], label ?? null]));
    hash.update('\n');
  }
  return hash.digest('hex');
}

const onePicture = /^(?:image-|file-|not-a-file$)/;

/** What is wrong with one picture, told apart from what is wrong with all, with the network or with rcc: those are thrown. */
export function problemOf(error: unknown): Diagnostic {
  const [first] = error instanceof DiagnosticError ? error.diagnostics : [];
  const isOfOne = first && onePicture.test(first.code) && first.code !== 'image-library-missing';
  if (isOfOne) return first;
  throw error;
}

function nothingOf(error: unknown): undefined {
  problemOf(error);
  return undefined;
}

/** SHA-256, in hex, of the names, labels and contents of pictures, as far as they can be read; reads them all. */
export async function digestContents(
  dataset: Dataset,
  indices: readonly number[],
  signal?: AbortSignal,
): Promise<string> {
  const hash = createHash('sha256');
  for (const index of indices) {
    signal?.throwIfAborted();
    const image = dataset.images[index];
    const bytes = await dataset.readBytes(index).catch(nothingOf);
    hash.update(JSON.stringify([image?.name, bytes?.length ?? null, image?.label ?? null]));
    if (bytes) hash.update(bytes);
  }
  return hash.digest('hex');
}

/** `count` pictures spread evenly over a data set, so that those sorted by class have every class in it; all of them where there are fewer. */
export function spreadIndices(dataset: Dataset, count = dataset.images.length): readonly number[] {
  const total = dataset.images.length;
  const wanted = Math.min(count, total);
  return Array.from({ length: wanted }, (_, index) => Math.floor((index * total) / wanted));
}
