import { fail } from '../../../../src/diagnostics/diagnostic.ts';
import type { ByteSource } from '../../../tensors/byte-source.ts';

/** Longest name or text that is decoded at once; what is longer stays in the file. */
export const inlineTextBytes = 255;

/** Enough for any opcode with its inline texts. */
const lookaheadBytes = 2 * (inlineTextBytes + 1) + 32;
const smallWindowBytes = 4096;
const largeWindowBytes = 65_536;

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** Reads a pickle through a window. Data between opcodes is stepped over, and only its place is known. */
export class PickleCursor {
  readonly #source: ByteSource;
  readonly #text = new TextDecoder('utf-8', { fatal: true });
  #window: Uint8Array = new Uint8Array(0);
  #view = viewOf(this.#window);
  #windowStart: number;
  #at = 0;

  constructor(source: ByteSource, start: number) {
    this.#source = source;
    this.#windowStart = start;
  }

  /** Position in the source. */
  get offset(): number {
    return this.#windowStart + this.#at;
  }

  get remaining(): number {
    return this.#source.sizeBytes - this.offset;
  }

  /** Whether the next opcode can be read without waiting; otherwise `fill` first. */
  get isFilled(): boolean {
    return this.#at + lookaheadBytes <= this.#window.length;
  }

  async fill(): Promise<void> {
    const { offset } = this;
    if (
      this.#windowStart + this.#window.length >= this.#source.sizeBytes &&
      this.#at <= this.#window.length
    ) {
      return;
    }
    // After a jump over data the next opcodes are few: a small window; in a row of opcodes a large one.
    const jumped = this.#at > this.#window.length;
    const length = Math.min(jumped ? smallWindowBytes : largeWindowBytes, this.remaining);
    this.#window = await this.#source.read(offset, length);
    this.#view = viewOf(this.#window);
    this.#windowStart = offset;
    this.#at = 0;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** A length; what no file can have becomes larger than every file. */
  u64(): number {
    return Number(this.#view.getBigUint64(this.#take(8), true));
  }

  /** Pickle writes floats with the high byte first. */
  f64(): number {
    return this.#view.getFloat64(this.#take(8), false);
  }

  /** At most `inlineTextBytes`; they are gone with the next `fill`. */
  bytes(length: number): Uint8Array {
    const start = this.#take(length);
    return this.#window.subarray(start, start + length);
  }

  /** At most `inlineTextBytes` of UTF-8; undefined where it is none. */
  utf8(length: number): string | undefined {
    return this.decode(this.bytes(length));
  }

  decode(bytes: Uint8Array): string | undefined {
    try {
      return this.#text.decode(bytes);
    } catch {
      return undefined;
    }
  }

  /** Up to the next line end, which is stepped over; undefined where the line is longer than a name. */
  line(): string | undefined {
    const rest = this.#window.subarray(this.#at, this.#at + inlineTextBytes + 1);
    const length = rest.indexOf(10);
    if (length < 0) return undefined;
    const text = this.utf8(length);
    this.#take(1);
    return text;
  }

  /** Steps over data and gives its position; DiagnosticError where the file ends before it does. */
  skip(length: number): number {
    const start = this.offset;
    this.#checkRemaining(length);
    this.#at += length;
    return start;
  }

  #take(length: number): number {
    this.#checkRemaining(length);
    const start = this.#at;
    this.#at += length;
    return start;
  }

  #checkRemaining(length: number): void {
    if (length <= this.remaining) return;
    const { name, sizeBytes } = this.#source;
    fail('weights-truncated', { file: name, neededBytes: this.offset + length, sizeBytes });
  }
}
