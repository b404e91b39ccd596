import { joinBytes } from './damage.ts';

/** A field of wire type 2, its length as protobuf writes it. */
export function field(number: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = joinBytes(...parts);
  const length: number[] = [];
  let left = content.length;
  for (; left > 127; left = Math.floor(left / 128)) length.push((left % 128) + 128);
  return joinBytes(Uint8Array.of(number * 8 + 2), Uint8Array.of(...length, left), content);
}
