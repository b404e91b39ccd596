/** The bytes of a little-endian float32 tensor as numbers; a copy only where they are not aligned to 4. */
export function float32View(bytes: Uint8Array): Float32Array {
  // Not slice(): a Buffer's shares the bytes and their offset.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}

/** The bytes behind numbers, without a copy. */
export function bytesOf(values: Float32Array | Uint16Array | Int8Array | Int32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
