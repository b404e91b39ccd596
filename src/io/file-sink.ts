import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { ByteSink } from '../../codegen/onnx/byte-sink.ts';
import { lending } from '../../codegen/weights/tensor-source.ts';
import { type HashStream, startHash } from './hash-thread.ts';

/** Bytes are hashed and written so many at a time: each hand-over costs both threads a wake-up. */
const batchBytes = 1 << 20;
/** Batches under way at once, beside the one that is filled. */
const mostUnderWay = 3;

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
    const rest = this.#batch.subarray(0, this.#filledBytes);
    if (!this.#hash) {
      await this.#writeAll(rest);
      const sha256 = createHash('sha256').update(rest).digest('hex');
      return { sizeBytes: this.#sizeBytes, sha256 };
    }
    this.#start(rest, this.#hash);
    await Promise.all(this.#underWay);
    return { sizeBytes: this.#sizeBytes, sha256: await this.#hash.digest() };
  }

  /** Copies what fits into the batch, and says how much that is. */
  #fill(bytes: Uint8Array): number {
    const part = bytes.subarray(0, batchBytes - this.#filledBytes);
    this.#batch.set(part, this.#filledBytes);
    this.#filledBytes += part.byteLength;
    return part.byteLength;
  }

  /** Sends the full batch on its way, and goes on with the rest in the next. */
  async #fillNext(bytes: Uint8Array): Promise<void> {
    let rest = bytes;
    while (this.#filledBytes === batchBytes) {
      this.#hash ??= startHash();
      this.#start(this.#batch, this.#hash);
      this.#batch = await this.#takeBatch();
      this.#filledBytes = 0;
      rest = rest.subarray(this.#fill(rest));
    }
  }

  async #takeBatch(): Promise<Uint8Array> {
    const done = this.#underWay.length > mostUnderWay ? await this.#underWay.shift() : undefined;
    return done ?? createBatch();
  }

  #start(batch: Uint8Array, hash: HashStream): void {
    const done = this.#finishBatch(batch, hash);
    // The failure is met by whoever waits next; until then it is not unhandled.
    done.catch(() => {});
    this.#underWay.push(done);
  }

  async #finishBatch(batch: Uint8Array, hash: HashStream): Promise<Uint8Array> {
    this.#written = this.#written.then(() => this.#writeAll(batch));
    await Promise.all([hash.update([batch]), this.#written]);
    lending.end(batch);
    return batch;
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    let rest = bytes;
    while (rest.byteLength > 0) {
      // A disk that is nearly full takes a part of the bytes and refuses the rest only when asked again.
      const { bytesWritten } = await this.#file.write(rest);
      rest = rest.subarray(bytesWritten);
    }
  }
}
