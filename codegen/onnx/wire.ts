/* Positional reading of protobuf's wire format (protobuf encoding guide): tags and lengths only, so that large fields are skipped. */
import { fail } from '../../src/diagnostics/diagnostic.ts';
import type { ByteSource } from '../weights/byte-source.ts';

/** One field of a message: where its content lies, or its value where it is a varint. */
export interface WireField {
  readonly field: number;
  readonly wireType: number;
  /** Offset of the tag. */
  readonly start: number;
  /** Offset and end of the content; the varint itself for wire type 0. */
  readonly offset: number;
  readonly end: number;
  readonly varint: number;
}

const windowBytes = 1 << 16;
const fixedSizes: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

/** Steps through the fields of a message that lies in [start, end) of a source. */
export class WireReader {
  readonly #source: ByteSource;
  readonly #end: number;
  #position: number;
  #window: Uint8Array = new Uint8Array(0);
  #windowStart = 0;

  constructor(source: ByteSource, start: number, end: number) {
    this.#source = source;
    this.#position = start;
    this.#end = end;
  }

  /** The next field, or undefined at the end. Throws DiagnosticError `onnx-malformed` where the bytes are no message. */
  async next(): Promise<WireField | undefined> {
    const start = this.#position;
    if (start >= this.#end) return undefined;
    const tag = await this.#varint();
    const field = Math.floor(tag / 8);
    const wireType = tag % 8;
    if (field === 0) this.#malformed();
    const varint = wireType === 0 || wireType === 2 ? await this.#varint() : 0;
    const length = wireType === 2 ? varint : (fixedSizes[wireType] ?? 0);
    if (wireType !== 0 && wireType !== 2 && !fixedSizes[wireType]) this.#malformed();
    const offset = this.#position;
    const end = offset + length;
    if (end > this.#end) this.#malformed();
    this.#position = end;
    return { field, wireType, start, offset, end, varint };
  }

  async #varint(): Promise<number> {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = await this.#byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return this.#malformed();
  }

  async #byte(): Promise<number> {
    if (this.#position >= this.#end) this.#malformed();
    const index = this.#position - this.#windowStart;
    if (index < 0 || index >= this.#window.length) {
      this.#windowStart = this.#position;
      const length = Math.min(windowBytes, this.#end - this.#position);
      this.#window = await this.#source.read(this.#position, length);
    }
    const byte = this.#window[this.#position - this.#windowStart];
    this.#position++;
    return byte ?? this.#malformed();
  }

  #malformed(): never {
    return fail('onnx-malformed', { file: this.#source.name, offset: this.#position });
  }
}
