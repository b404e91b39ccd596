import { readRange } from '../byte-range.ts';
import type { ByteSource } from '../byte-source.ts';
import type { PickleBytes, PickleText } from './values.ts';

const chunkBytes = 1_048_576;

/**
 * Appends to `to` the code points of UTF-8 text as one byte each, from `at` on; gives the new end.
 * `carry` is the first byte of a code point that the last chunk began, or 0. Undefined: not latin-1, or too long.
 */
function decodeChunk(
  chunk: Uint8Array,
  to: Uint8Array,
  state: { at: number; carry: number },
): boolean {
  let { at, carry } = state;
  for (let i = 0; i < chunk.length; i++) {
    const byte = chunk[i] ?? 0;
    if (carry !== 0) {
      if ((byte & 0xc0) !== 0x80) return false;
      to[at++] = ((carry & 0x03) << 6) | (byte & 0x3f);
      carry = 0;
    } else if (byte < 0x80) {
      to[at++] = byte;
    } else if (byte === 0xc2 || byte === 0xc3) {
      carry = byte;
    } else {
      return false;
    }
  }
  state.at = at;
  state.carry = carry;
  return at <= to.length;
}

/** Bytes that protocol 2 wrote as text: one byte a code point of 0 to 255, in UTF-8; decoded a chunk at a time. */
export function latin1Text(
  source: ByteSource,
  { offset, length }: PickleText,
  malformed: (reason: string) => never,
): PickleBytes {
  return {
    kind: 'bytes',
    least: Math.ceil(length / 2),
    most: length,
    async read(sizeBytes) {
      const bytes = new Uint8Array(sizeBytes);
      const state = { at: 0, carry: 0 };
      for (let from = 0; from < length; from += chunkBytes) {
        const chunk = await readRange(source, offset + from, Math.min(chunkBytes, length - from));
        if (!decodeChunk(chunk, bytes, state)) malformed('text that is not the bytes of a tensor');
      }
      if (state.at !== sizeBytes || state.carry !== 0) {
        malformed(`text of ${state.at} bytes where ${sizeBytes} are needed`);
      }
      return bytes;
    },
  };
}

/** A text short enough to have been decoded, as bytes; undefined where a character is beyond latin-1. */
export function latin1String(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff) return undefined;
    bytes[i] = code;
  }
  return bytes;
}
