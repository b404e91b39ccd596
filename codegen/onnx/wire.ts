/* Positional reading of protobuf's wire format (protobuf encoding guide): tags and lengths only, so that large fields are skipped. */
import { fail } from '../../src/diagnostics/diagnostic.ts';
import type { ByteSource } from '../tensors/byte-source.ts';

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

/** Wire types: groups, 3 and 4, are of protobuf's past. */
export const wireTypes = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const fixedSizes: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

/** Bytes of the longest varint, and of the longest head of a field: tag and length. */
const varintBytes = 10;
const headBytes = 2 * varintBytes;

/** Bytes of a message, and how far they are read. */
export interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

/** The varint at the cursor, as a signed number of 64 bits (exact within 2^53); undefined where there is none. */
export function readVarint(cursor: Cursor): number | undefined {
  let [low, high] = [0, 0];
  for (let i = 0; i < varintBytes; i++) {
    const byte = cursor.bytes[cursor.at++];
    if (byte === undefined) return undefined;
    // 35 bits below, 29 above: sums of each are exact.
    if (i < 5) low += (byte & 0x7f) * 2 ** (7 * i);
    else high += (byte & 0x7f) * 2 ** (7 * (i - 5));
    if (byte < 0x80) return joined(low, high % 2 ** 29);
  }
  return undefined;
}

function joined(low: number, high: number): number {
  // Negative ones are written as two's complement of 64 bits.
  return high >= 2 ** 28 ? (high - 2 ** 29) * 2 ** 35 + low : high * 2 ** 35 + low;
}

/** The field at the cursor, whose content is left to read; offsets count from the start of the bytes. Undefined where the bytes make no field. */
export function readField(cursor: Cursor): Omit<WireField, 'start'> | undefined {
  const tag = readVarint(cursor);
  // A number of a field has 29 bits, and begins at 1.
  if (tag === undefined || tag < 8 || tag >= 2 ** 32) return undefined;
  const [field, wireType] = [Math.floor(tag / 8), tag % 8];
  const isSized = wireType === wireTypes.bytes;
  const varint = isSized || wireType === wireTypes.varint ? readVarint(cursor) : 0;
  if (varint === undefined || (isSized && varint < 0)) return undefined;
  const length = isSized ? varint : fixedSizes[wireType];
  if (length === undefined && wireType !== wireTypes.varint) return undefined;
  return { field, wireType, offset: cursor.at, end: cursor.at + (length ?? 0), varint };
}

const windowBytes = 1 << 16;

/** Steps through the fields of messages in a source; all readers of one file share it, so that small messages cost no read each. */
export class WireReader {
  readonly #source: ByteSource;
  #window: Uint8Array = new Uint8Array(0);
  #windowStart = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /**
   * The fields of the message that lies in [start, end) of the source, in runs: as many at a time as are in memory. Throws DiagnosticError
   * `onnx-malformed` where the bytes are no message.
   */
  async *runs(start: number, end: number): AsyncGenerator<readonly WireField[]> {
    for (let position = start; position < end; ) {
      await this.#show(position, Math.min(headBytes, end - position));
      const run = this.#fieldsInWindow(position, end);
      yield run;
      position = run.at(-1)?.end ?? end;
    }
  }

  #fieldsInWindow(start: number, end: number): readonly WireField[] {
    const base = this.#windowStart;
    const shown = base + this.#window.length;
    const run: WireField[] = [];
    let position = start;
    do {
      const found = readField({ bytes: this.#window, at: position - base });
      if (!found || base + found.end > end) this.#malformed(position);
      const { field, wireType, varint } = found;
      const [offset, fieldEnd] = [base + found.offset, base + found.end];
      run.push({ field, wireType, varint, start: position, offset, end: fieldEnd });
      position = fieldEnd;
    } while (position < end && position + Math.min(headBytes, end - position) <= shown);
    return run;
  }

  /** Makes bytes from `position` on stand in the window. */
  async #show(position: number, length: number): Promise<void> {
    const from = position - this.#windowStart;
    if (from >= 0 && from + length <= this.#window.length) return;
    const left = this.#source.sizeBytes - position;
    this.#window = await this.#source.read(position, Math.min(windowBytes, left));
    this.#windowStart = position;
  }

  #malformed(position: number): never {
    const reason = `its bytes make no message at offset ${position}`;
    return fail('onnx-malformed', { file: this.#source.name, reason });
  }
}
