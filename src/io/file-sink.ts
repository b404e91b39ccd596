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

/** Writes under way at once, and what they may hold together. */
const mostWrites = 2;
const mostHeldBytes = 8 << 20;

/** Memory behind arrays: one may be a short view of a long buffer. */
function bytesBehind(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
}

export interface FileDigest {
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/**
 * Writes bytes in order to a new file. Small ones are gathered, large ones go out directly, and are hashed in another thread, while the caller
 * makes the next bytes. Held are one array of any size, or two that are not large together, beside the one that is made.
 */
export class FileSink implements ByteSink {
  readonly #file: FileHandle;
  /** Absent until more is written than is gathered: for a short file no thread is worth its start. */
  #hash: HashStream | undefined;
  #gathered = takeBytes(smallBufferBytes);
  #gatheredBytes = 0;
  #sizeBytes = 0;
  /** What has been handed on to be written. */
  #position = 0;
  /** Writes under way, the oldest first. */
  readonly #underWay: { readonly heldBytes: number; readonly done: Promise<void> }[] = [];

  constructor(file: FileHandle) {
    this.#file = file;
  }

  write(bytes: Uint8Array): Promise<void> | void {
    this.#sizeBytes += bytes.byteLength;
    if (bytes.byteLength < smallBufferBytes) return this.#gather(bytes);
    return this.#start(...this.#takeGathered(), pooledBytes(bytes));
  }

  /** Waits until all bytes are with the operating system. */
  async finish(): Promise<FileDigest> {
    const rest = this.#takeGathered();
    if (!this.#hash) {
      await this.#writeAll(rest, 0);
      const hash = createHash('sha256');
      for (const part of rest) hash.update(part);
      return { sizeBytes: this.#sizeBytes, sha256: hash.digest('hex') };
    }
    await this.#start(...rest);
    await Promise.all(this.#underWay.map(({ done }) => done));
    return { sizeBytes: this.#sizeBytes, sha256: await this.#hash.digest() };
  }

  #gather(bytes: Uint8Array): Promise<void> | void {
    const started =
      this.#gatheredBytes + bytes.byteLength > this.#gathered.length
        ? this.#start(...this.#takeGathered())
        : undefined;
    this.#gathered.set(bytes, this.#gatheredBytes);
    this.#gatheredBytes += bytes.byteLength;
    giveBack(bytes);
    return started;
  }

  #takeGathered(): readonly Uint8Array[] {
    if (this.#gatheredBytes === 0) return [];
    const taken = this.#gathered.subarray(0, this.#gatheredBytes);
    // The taken part is still being written while the next bytes are gathered.
    this.#gathered = takeBytes(smallBufferBytes);
    this.#gatheredBytes = 0;
    return [taken];
  }

  async #start(...parts: readonly Uint8Array[]): Promise<void> {
    const heldBytes = bytesBehind(parts);
    while (this.#isFull(heldBytes)) await this.#underWay.shift()?.done;
    this.#hash ??= startHash();
    const done = this.#finishParts(parts, this.#position, this.#hash);
    // The failure is met by whoever waits next; until then it is not unhandled.
    done.catch(() => {});
    for (const { byteLength } of parts) this.#position += byteLength;
    this.#underWay.push({ heldBytes, done });
  }

  #isFull(moreBytes: number): boolean {
    const count = this.#underWay.length;
    const total = this.#underWay.reduce((sum, { heldBytes }) => sum + heldBytes, moreBytes);
    return count === mostWrites || (count > 0 && total > mostHeldBytes);
  }

  async #finishParts(
    parts: readonly Uint8Array[],
    position: number,
    hash: HashStream,
  ): Promise<void> {
    await Promise.all([hash.update(parts), this.#writeAll(parts, position)]);
    // The sink owns the bytes, so their buffers can be filled again.
    parts.forEach(giveBack);
  }

  async #writeAll(parts: readonly Uint8Array[], position: number): Promise<void> {
    let at = position;
    for (const part of parts) {
      // A disk that is nearly full takes a part of the bytes and refuses the rest only when asked again.
      for (let offset = 0; offset < part.byteLength; ) {
        const length = part.byteLength - offset;
        const { bytesWritten } = await this.#file.write(part, offset, length, at);
        offset += bytesWritten;
        at += bytesWritten;
      }
    }
  }
}
