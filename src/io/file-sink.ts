import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { ByteSink } from '../../codegen/onnx/byte-sink.ts';
import { giveBack, smallBufferBytes, takeBytes } from './buffer-pool.ts';

export interface FileDigest {
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/**
 * Writes bytes in order to an open file. Small ones are gathered, large ones go out directly; one write is under way while the caller makes the
 * next bytes, so at most two of its arrays are held.
 */
export class FileSink implements ByteSink {
  readonly #file: FileHandle;
  readonly #hash = createHash('sha256');
  #gathered = takeBytes(smallBufferBytes);
  #gatheredBytes = 0;
  #sizeBytes = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(file: FileHandle) {
    this.#file = file;
  }

  write(bytes: Uint8Array): Promise<void> | void {
    this.#sizeBytes += bytes.byteLength;
    if (bytes.byteLength < smallBufferBytes) return this.#gather(bytes);
    return this.#start(this.#takeGathered(), bytes);
  }

  /** Waits until all bytes are with the operating system. */
  async finish(): Promise<FileDigest> {
    await this.#start(this.#takeGathered());
    await this.#writing;
    return { sizeBytes: this.#sizeBytes, sha256: this.#hash.digest('hex') };
  }

  #gather(bytes: Uint8Array): Promise<void> | void {
    const started =
      this.#gatheredBytes + bytes.byteLength > this.#gathered.length
        ? this.#start(this.#takeGathered())
        : undefined;
    this.#gathered.set(bytes, this.#gatheredBytes);
    this.#gatheredBytes += bytes.byteLength;
    giveBack(bytes);
    return started;
  }

  #takeGathered(): Uint8Array {
    const taken = this.#gathered.subarray(0, this.#gatheredBytes);
    // The taken part is still being written while the next bytes are gathered.
    if (this.#gatheredBytes > 0) this.#gathered = takeBytes(smallBufferBytes);
    this.#gatheredBytes = 0;
    return taken;
  }

  async #start(...parts: readonly Uint8Array[]): Promise<void> {
    await this.#writing;
    this.#writing = this.#writeAll(parts);
    // The failure is met by whoever waits next; until then it is not unhandled.
    this.#writing.catch(() => {});
    for (const part of parts) this.#hash.update(part);
    // Both have been through the bytes once the write is over; the sink owns them, so they can be filled again.
    this.#writing = this.#writing.then(() => parts.forEach(giveBack));
    this.#writing.catch(() => {});
  }

  async #writeAll(parts: readonly Uint8Array[]): Promise<void> {
    for (const part of parts) {
      // A disk that is nearly full takes a part of the bytes and refuses the rest only when asked again.
      for (let offset = 0; offset < part.byteLength; ) {
        const { bytesWritten } = await this.#file.write(part, offset);
        offset += bytesWritten;
      }
    }
  }
}
