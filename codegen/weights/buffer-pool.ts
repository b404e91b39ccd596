/*
 * Shared buffers that go round between what is read and what is written. Without it each tensor leaves a buffer to the garbage collector, which lets tens of
 * megabytes of them pile up, and then marks the whole heap to be rid of them; with it memory is what is in use.
 */

/** Smaller arrays are cheap to make anew; those of one number a channel are. */
const leastBytes = 1 << 14;
/** Arrays up to here are all given buffers of this size, so that small ones do not use up the large. */
export const smallBufferBytes = 1 << 19;
/** Of each kind, beside those in use: small ones are written several at once, of the large one is filled while another is written. */
const mostBuffers = { small: 16, large: 2 };

const idle = { small: [] as SharedArrayBuffer[], large: [] as SharedArrayBuffer[] };
const pooled = new WeakSet<ArrayBufferLike>();

/** An array of that length, its content unspecified. */
export function takeBytes(length: number): Uint8Array {
  if (length < leastBytes) return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
  const isSmall = length <= smallBufferBytes;
  const buffers = isSmall ? idle.small : idle.large;
  buffers.sort((a, b) => a.byteLength - b.byteLength);
  const index = buffers.findIndex((buffer) => buffer.byteLength >= length);
  const [found] = index < 0 ? [] : buffers.splice(index, 1);
  if (found) return new Uint8Array(found, 0, length);
  const fresh = new SharedArrayBuffer(isSmall ? smallBufferBytes : length);
  pooled.add(fresh);
  return new Uint8Array(fresh, 0, length);
}

/** The array itself where its buffer is one of these, otherwise a copy in one. */
export function pooledBytes(bytes: Uint8Array): Uint8Array {
  if (pooled.has(bytes.buffer)) return bytes;
  const copy = takeBytes(bytes.length);
  copy.set(bytes);
  return copy;
}

/** Takes an array back that nobody reads any more; arrays that did not come from here are left alone. */
export function giveBack({ buffer }: Uint8Array): void {
  if (!pooled.has(buffer) || !(buffer instanceof SharedArrayBuffer)) return;
  const size = buffer.byteLength <= smallBufferBytes ? 'small' : 'large';
  const buffers = idle[size];
  if (buffers.includes(buffer)) return;
  buffers.push(buffer);
  if (buffers.length <= mostBuffers[size]) return;
  buffers.sort((a, b) => b.byteLength - a.byteLength).pop();
}
