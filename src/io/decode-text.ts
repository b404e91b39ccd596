const byteOrderMarks = [
  { bytes: [0xff, 0xfe], encoding: 'utf-16le' },
  { bytes: [0xfe, 0xff], encoding: 'utf-16be' },
] as const;

/** A text that a person wrote: UTF-8, or UTF-16 where it begins with that byte order mark, as PowerShell's `>` writes it. */
export function decodeText(bytes: Uint8Array): string {
  const marked = byteOrderMarks.find((mark) =>
    mark.bytes.every((byte, index) => bytes[index] === byte),
  );
  return new TextDecoder(marked?.encoding ?? 'utf-8').decode(bytes);
}
