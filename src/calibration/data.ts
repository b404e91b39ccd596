import { createHash } from 'node:crypto';
import { elementCount, type TensorType } from '../../codegen/ir/types.ts';
import { concatBytes } from '../../codegen/onnx/bytes.ts';
import type { Tensor } from '../../engines/engine.ts';
import { createSeededInput } from '../../engines/seeded-input.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';

/** Inputs of a network, to measure what it does with them. */
export interface CalibrationData {
  /** What it is, for people and for the manifest: no path of a machine. */
  readonly description: string;
  /** How many there are; unreadable ones count until `batches` has come to them. */
  readonly images: number;
  /** What was assumed or left out. */
  readonly diagnostics: readonly Diagnostic[];
  /** SHA-256, in hex, of everything that decides the inputs but the spec. */
  digest(signal?: AbortSignal): Promise<string>;
  /** The inputs in order, normalised float32 [n, C, H, W], `batch` of them at a time and the rest at the end; unreadable ones are left out. */
  batches(batch: number, signal?: AbortSignal): AsyncIterable<Tensor>;
  /** Why each of those that `batches` has left out so far cannot be read. */
  unreadable(): readonly Diagnostic[];
  close(): Promise<void>;
}

/** Numbers in one batch of 224×224 pictures: what all activations of a batch take grows with it, not with the size of a picture. */
const batchNumbers = 3 * 224 * 224;
const mostImages = 32;

/** How many pictures of a network's input are run at once while every activation is looked at. */
export function batchFor(input: TensorType): number {
  const images = Math.floor(batchNumbers / elementCount(input.shape));
  return Math.max(1, Math.min(images, mostImages));
}

const noiseSeed = 20;

/** Seeded normal numbers in place of pictures. */
export function createNoiseData(input: TensorType, images: number): CalibrationData {
  const description = `seeded noise (${images} ${images === 1 ? 'picture' : 'pictures'}, seed ${noiseSeed})`;
  const hash = createHash('sha256').update(JSON.stringify([description, input.shape]));
  const digest = hash.digest('hex');
  return {
    description,
    images,
    diagnostics: [],
    digest: async () => digest,
    async *batches(batch, signal) {
      for (let start = 0; start < images; start += batch) {
        signal?.throwIfAborted();
        const count = Math.min(batch, images - start);
        // A seed each picture: what they are does not depend on how many come at once.
        const pictures = Array.from({ length: count }, (_, i) =>
          createSeededInput(input, 1, noiseSeed + start + i),
        );
        const bytes = concatBytes(pictures.map((picture) => picture.bytes));
        yield {
          dataType: input.dataType,
          shape: [count, ...input.shape.slice(1).map(Number)],
          bytes,
        };
      }
    },
    unreadable: () => [],
    close: async () => {},
  };
}
