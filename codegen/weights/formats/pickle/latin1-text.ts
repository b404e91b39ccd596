import { readRange } from '../../../tensors/byte-range.ts';
import type { ByteSource } from '../../../tensors/byte-source.ts';
import type { PickleBytes, PickleText } from './values.ts';

const chunkBytes = 1_048_576;

/** How far decoding has come, between chunks. */
interface DecodeState {
  /** Bytes written. */
  at: number;
  /** 1 where the last byte began a code point of two bytes. */
  lead: number;
  /** What its second byte gains: 0xc2 0x80… stands for 0x80…, 0xc3 0x80… for 0xc0…. */
  gain: number;
  /** Not 0 where a byte was none of UTF-8's for code points up to 255. */
  bad: number;
}

/**
 * Writes each code point of `chunk` as one byte. Without branches: in weights every second byte begins a code point, which no
 * processor can guess. The first of two bytes is written too and then overwritten.
 */
function decodeChunk(chunk: Uint8Array, to: Uint8Array, state: DecodeState): void {
  let { at, lead, gain, bad } = state;
  for (let i = 0; i < chunk.length; i++) {
    const byte = chunk[i] as number;
    const high = byte >>> 6;
    const isLead = high & (high >>> 1);
    bad |= ((high >>> 1) - isLead) ^ lead;
    bad |= -isLead & (byte ^ 0xc2) & 0xfe;
    to[at] = byte + gain;
    at += 1 - isLead;
    gain = -isLead & ((byte & 1) << 6);
    lead = isLead;
  }
  state.at = at;
  state.lead = lead;
  state.gain = gain;
  state.bad = bad;
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
      // One byte more for a first byte at the very end, which is written before it is found to be one.
      const bytes = new Uint8Array(sizeBytes + 1);
      const state = { at: 0, lead: 0, gain: 0, bad: 0 };
      for (let from = 0; from < length; from += chunkBytes) {
        const chunk = await readRange(source, offset + from, Math.min(chunkBytes, length - from));
        decodeChunk(chunk, bytes, state);
        if (state.bad !== 0) malformed('text that is not the bytes of a tensor');
        if (state.at > sizeBytes) break;
      }
      if (state.at !== sizeBytes || state.lead !== 0) {
        malformed(`text of ${state.at} bytes where ${sizeBytes} are needed`);
      }
      return bytes.subarray(0, sizeBytes);
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
