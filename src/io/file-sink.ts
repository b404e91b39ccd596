import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { ByteSink } from '../../codegen/onnx/byte-sink.ts';
import { lending } from '../../codegen/tensors/tensor-source.ts';
import { type HashStream, startHash } from './hash-thread.ts';

/** Bytes are hashed and written so many at a time: each hand-over costs both threads a wake-up. */
const batchBytes = 1 << 20;
/** Batches under way at once, beside the one that is filled. */
const mostUnderWay = 3;
/** Into memory that threads share, bytes are copied by words only where both sides stand alike to a word; from this length on a gap is left for that. */
const wordBytes = 8;
const leastAlignedBytes = 4096;

/** What is left of arrays that follow each other when so many bytes are taken away. */
function withoutFirst(parts: readonly Uint8Array[], sizeBytes: number): readonly Uint8Array[] {
  let left = sizeBytes;
  return parts.flatMap((part) => {
    const taken = Math.min(left, part.byteLength);
    left -= taken;
    return taken < part.byteLength ? [part.subarray(taken)] : [];
  });
}

export interface FileDigest {
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/** An array that the hash thread sees without a copy. */
function createBatch(): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(batchBytes));
}

/**
 * Writes bytes in order to a new file. They are copied into batches of the sink's own, which are hashed in another thread and written while the next is
 * filled; nobody else sees them.
 */
export class FileSink implements ByteSink {
  readonly #file: FileHandle;
  /** Absent until more is written than a batch holds: for a short file no thread is worth its start. */
  #hash: HashStream | undefined;
  #batch = createBatch();
  /** The batch's bytes in order, but for the last part, which goes from `#partStart` to `#filledBytes`. */
  #parts: Uint8Array[] = [];
  #partStart = 0;
  #filledBytes = 0;
  #sizeBytes = 0;
  /** Writes go one after another: they wait for each other in the system, and cost time while they do. */
  #written: Promise<void> = Promise.resolve();
  /** Batches under way, the oldest first; each gives its array when it is written and hashed. */
  readonly #underWay: Promise<Uint8Array>[] = [];

  constructor(file: FileHandle) {
    this.#file = file;
  }

  write(bytes: Uint8Array): Promise<void> | void {
    this.#sizeBytes += bytes.byteLength;
    // What fits is copied at once: most writes are short, and a promise each would cost time.
    const fits = this.#fill(bytes);
    if (this.#filledBytes === batchBytes) return this.#fillNext(bytes.subarray(fits));
  }

  /** Waits until all bytes are with the operating system. */
  async finish(): Promise<FileDigest> {
    const rest = this.#takeParts();
    if (!this.#hash) {
      await this.#writeAll(rest);
      const hash = createHash('sha256');
      for (const part of rest) hash.update(part);
      return { sizeBytes: this.#sizeBytes, sha256: hash.digest('hex') };
    }
    this.#start(this.#batch, rest, this.#hash);
    await Promise.all(this.#underWay);
    return { sizeBytes: this.#sizeBytes, sha256: await this.#hash.digest() };
  }

  /** Copies what fits into the batch, and says how much that is. */
  #fill(bytes: Uint8Array): number {
    if (bytes.byteLength >= leastAlignedBytes) this.#alignWith(bytes);
    const part = bytes.subarray(0, batchBytes - this.#filledBytes);
    this.#batch.set(part, this.#filledBytes);
    this.#filledBytes += part.byteLength;
    return part.byteLength;
  }

  /** Leaves a gap where the next byte of the batch does not stand to a word as the first of these does. */
  #alignWith({ byteOffset }: Uint8Array): void {
    const gap = (byteOffset + wordBytes - (this.#filledBytes % wordBytes)) % wordBytes;
    if (gap === 0) return;
    this.#closePart();
    this.#filledBytes = Math.min(batchBytes, this.#filledBytes + gap);
    this.#partStart = this.#filledBytes;
  }

  #closePart(): void {
    if (this.#filledBytes === this.#partStart) return;
    this.#parts.push(this.#batch.subarray(this.#partStart, this.#filledBytes));
  }

  /** All parts of the batch; the next one begins. */
  #takeParts(): readonly Uint8Array[] {
    this.#closePart();
    const parts = this.#parts;
    this.#parts = [];
    this.#partStart = this.#filledBytes = 0;
    return parts;
  }

  /** Sends the full batch on its way, and goes on with the rest in the next. */
  async #fillNext(bytes: Uint8Array): Promise<void> {
    let rest = bytes;
    while (this.#filledBytes === batchBytes) {
      this.#hash ??= startHash();
      this.#start(this.#batch, this.#takeParts(), this.#hash);
      this.#batch = await this.#takeBatch();
      rest = rest.subarray(this.#fill(rest));
    }
  }

  async #takeBatch(): Promise<Uint8Array> {
    const done = this.#underWay.length > mostUnderWay ? await this.#underWay.shift() : undefined;
    return done ?? createBatch();
  }

  #start(batch: Uint8Array, parts: readonly Uint8Array[], hash: HashStream): void {
    const done = this.#finishParts(parts, hash).then(() => {
      lending.end(batch);
      return batch;
    });
    // The failure is met by whoever waits next; until then it is not unhandled.
    done.catch(() => {});
    this.#underWay.push(done);
  }

  async #finishParts(parts: readonly Uint8Array[], hash: HashStream): Promise<void> {
    this.#written = this.#written.then(() => this.#writeAll(parts));
    await Promise.all([hash.update(parts), this.#written]);
  }

  async #writeAll(parts: readonly Uint8Array[]): Promise<void> {
    let rest = parts;
    while (rest.length > 0) {
      // A disk that is nearly full takes a part of the bytes and refuses the rest only when asked again.
      const { bytesWritten } = await this.#file.writev(rest);
      rest = withoutFirst(rest, bytesWritten);
    }
  }
}
