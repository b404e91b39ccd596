import { Header } from 'tar/header';
import { joinBytes } from './damage.ts';

export interface TarPart {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly type?: 'File' | 'ExtendedHeader' | 'GlobalExtendedHeader' | 'NextFileHasLongPath';
}

const blockBytes = 512;

function entryOf({ path, bytes, type = 'File' }: TarPart): Uint8Array {
  const header = new Header({ path, size: bytes.length, type, mode: 0o644, mtime: new Date(0) });
  header.encode();
  if (!header.block) throw new Error(`'${path}' has no header`);
  const padding = new Uint8Array(-bytes.length & (blockBytes - 1));
  return joinBytes(header.block, bytes, padding);
}

/** A tar of entries as they are given. */
export function tar(...parts: readonly TarPart[]): Uint8Array {
  return joinBytes(...parts.map(entryOf), new Uint8Array(2 * blockBytes));
}

/** A line of a pax header: its own length, then what it says. */
export function paxLine(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const length = [1, 2, 3]
    .map((digits) => rest.length + digits)
    .find((n) => `${n}${rest}`.length === n);
  return `${length}${rest}`;
}
