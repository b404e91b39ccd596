import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { ByteSink } from '../../codegen/onnx/byte-sink.ts';
import {
  giveBack,
  pooledBytes,
  smallBufferBytes,
  takeBytes,
} from '../../codegen/weights/buffer-pool.ts';
import { type HashStream, startHash } from './hash-thread.ts';

/** Arrays shorter than this are copied one behind another: each has a buffer of full size behind it. */
const leastPartBytes = smallBufferBytes >> 2;
/** Arrays are handed on together from here on: each hand-over costs both threads a wake-up. */
const batchBytes = 2 * smallBufferBytes;
/** Batches under way at once, and what they may hold together. */
const mostBatches = 4;
const mostHeldBytes = 4 << 20;

/** Memory behind arrays: one may be a short view of a long buffer. */
function bytesBehind(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
}

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

/**
 * Writes bytes in order to a new file, in batches that are also hashed in another thread, while the caller makes the next bytes. Held are one array of
 * any size, or a few that are not large together, beside the one that is made.
 */
export class FileSink implements ByteSink {
  readonly #file: FileHandle;
  /** Absent until more is written than is gathered: for a short file no thread is worth its start. */
  #hash: HashStream | undefined;
  #gathered = takeBytes(smallBufferBytes);
  #gatheredBytes = 0;
  #sizeBytes = 0;
  /** The next batch, without what is still being gathered. */
  #batch: Uint8Array[] = [];
  #batchBytes = 0;
  /** One batch after another: writes to a file wait for each other in the system, and cost time while they do. */
  #written: Promise<void> = Promise.resolve();
  /** Batches under way, the oldest first. */
  readonly #underWay: { readonly heldBytes: number; readonly done: Promise<void> }[] = [];

  constructor(file: FileHandle) {
    this.#file = file;
  }

  write(bytes: Uint8Array): Promise<void> | void {
    this.#sizeBytes += bytes.byteLength;
    if (bytes.byteLength < leastPartBytes) this.#gather(bytes);
    else {
      this.#takeGathered();
      this.#add(pooledBytes(bytes));
    }
    if (this.#batchBytes >= batchBytes) return this.#start(this.#takeBatch());
  }

  /** Waits until all bytes are with the operating system. */
  async finish(): Promise<FileDigest> {
    this.#takeGathered();
    const rest = this.#takeBatch();
    if (!this.#hash) {
      await this.#writeAll(rest);
      const hash = createHash('sha256');
      for (const part of rest) hash.update(part);
      return { sizeBytes: this.#sizeBytes, sha256: hash.digest('hex') };
    }
    await this.#start(rest);
    await Promise.all(this.#underWay.map(({ done }) => done));
    return { sizeBytes: this.#sizeBytes, sha256: await this.#hash.digest() };
  }

  #gather(bytes: Uint8Array): void {
    if (this.#gatheredBytes + bytes.byteLength > this.#gathered.length) this.#takeGathered();
    this.#gathered.set(bytes, this.#gatheredBytes);
    this.#gatheredBytes += bytes.byteLength;
    giveBack(bytes);
  }

  /** Puts what has been gathered into the batch. */
  #takeGathered(): void {
    if (this.#gatheredBytes === 0) return;
    this.#add(this.#gathered.subarray(0, this.#gatheredBytes));
    // It is still being written while the next bytes are gathered.
    this.#gathered = takeBytes(smallBufferBytes);
    this.#gatheredBytes = 0;
  }

  #add(part: Uint8Array): void {
    this.#batch.push(part);
    this.#batchBytes += part.byteLength;
  }

  #takeBatch(): readonly Uint8Array[] {
    const batch = this.#batch;
    this.#batch = [];
    this.#batchBytes = 0;
    return batch;
  }

  async #start(parts: readonly Uint8Array[]): Promise<void> {
    const heldBytes = bytesBehind(parts);
    while (this.#isFull(heldBytes)) await this.#underWay.shift()?.done;
    this.#hash ??= startHash();
    const done = this.#finishParts(parts, this.#hash);
    // The failure is met by whoever waits next; until then it is not unhandled.
    done.catch(() => {});
    this.#underWay.push({ heldBytes, done });
  }

  #isFull(moreBytes: number): boolean {
    const count = this.#underWay.length;
    const total = this.#underWay.reduce((sum, { heldBytes }) => sum + heldBytes, moreBytes);
    return count === mostBatches || (count > 0 && total > mostHeldBytes);
  }

  async #finishParts(parts: readonly Uint8Array[], hash: HashStream): Promise<void> {
    this.#written = this.#written.then(() => this.#writeAll(parts));
    await Promise.all([hash.update(parts), this.#written]);
    // The sink owns the bytes, so their buffers can be filled again.
    parts.forEach(giveBack);
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
