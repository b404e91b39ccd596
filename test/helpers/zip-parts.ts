import { crc32 } from 'node:zlib';
import { bytesOfParts, type Part, u16, u32 } from './pickle-parts.ts';

export interface ZipPart {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** What the index says instead of the truth. */
  readonly method?: number;
  readonly flags?: number;
  readonly checksum?: number;
  readonly size?: number;
  /** Size of the content, where `bytes` are packed. */
  readonly unpackedSize?: number;
  readonly headerOffset?: number;
  /** Length of the local header's extra field: torch pads data with it. */
  readonly padding?: number;
}

/** Bits 3 and 11: sizes follow the data, names are UTF-8. torch leaves the local header's sizes zero. */
const torchFlags = 0x0808;

interface Written {
  readonly local: Uint8Array;
  readonly central: Part;
}

function writeEntry(part: ZipPart, offset: number): Written {
  const { path, bytes, method = 0, flags = torchFlags, padding = 0 } = part;
  const name = new TextEncoder().encode(path);
  const extra = new Uint8Array(padding);
  const local = bytesOfParts(
    u32(0x04034b50),
    [...u16(20), ...u16(flags), ...u16(method), ...u32(0)],
    [...u32(0), ...u32(0), ...u32(0)],
    [...u16(name.length), ...u16(extra.length)],
    name,
    extra,
    bytes,
  );
  const size = part.size ?? bytes.length;
  const central: Part = [
    u32(0x02014b50),
    [...u16(20), ...u16(20), ...u16(flags), ...u16(method), ...u32(0)],
    [...u32(part.checksum ?? crc32(bytes)), ...u32(size), ...u32(part.unpackedSize ?? size)],
    [...u16(name.length), ...u16(0), ...u16(0), ...u16(0), ...u16(0), ...u32(0)],
    u32(part.headerOffset ?? offset),
    name,
  ];
  return { local, central };
}

/** A zip of stored entries, as torch and numpy write it. */
export function zip(...parts: readonly ZipPart[]): Uint8Array {
  const locals: Uint8Array[] = [];
  const centrals: Part[] = [];
  let offset = 0;
  for (const part of parts) {
    const { local, central } = writeEntry(part, offset);
    locals.push(local);
    centrals.push(central);
    offset += local.length;
  }
  const index = bytesOfParts(centrals);
  const end = bytesOfParts(
    u32(0x06054b50),
    [...u16(0), ...u16(0)],
    [...u16(parts.length), ...u16(parts.length), ...u32(index.length), ...u32(offset), ...u16(0)],
  );
  return bytesOfParts(locals, index, end);
}
