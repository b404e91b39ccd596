import { crc32, deflateSync } from 'node:zlib';
import { joinBytes } from './damage.ts';

function u32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const named = joinBytes(new TextEncoder().encode(type), content);
  return joinBytes(u32(content.length), named, u32(crc32(named)));
}

/** A PNG of black pixels, one bit each: the smallest file for its size. `noise` is packed behind the pixels and makes the file larger. */
export function blackPng(width: number, height: number, noise = new Uint8Array(0)): Uint8Array {
  const rows = new Uint8Array(height * (1 + Math.ceil(width / 8)));
  const header = joinBytes(u32(width), u32(height), Uint8Array.of(1, 0, 0, 0, 0));
  return joinBytes(
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', header),
    ...(noise.length > 0 ? [chunk('noIs', noise)] : []),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', new Uint8Array(0)),
  );
}
