/** The bytes of a little-endian float32 tensor as numbers; a copy only where they are not aligned to 4. */
export function float32View(bytes: Uint8Array): Float32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}

/** The bytes behind numbers, without a copy. */
export function bytesOf(values: Float32Array | Uint16Array | Int8Array | Int32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
