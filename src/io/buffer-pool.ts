/*
 * Large buffers that go round between what is read and what is written. Without it each tensor leaves a buffer to the garbage collector, which lets
 * tens of megabytes of them pile up before it looks; with it memory is what is in use.
 */

/** Smaller arrays are not worth keeping. */
const leastBytes = 1 << 18;
/** One is being filled, one being written, one waits. */
const mostBuffers = 3;

const idle: ArrayBuffer[] = [];
const pooled = new WeakSet<ArrayBufferLike>();

/** An array of that length, its content unspecified. */
export function takeBytes(length: number): Uint8Array {
  if (length < leastBytes) return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
  idle.sort((a, b) => a.byteLength - b.byteLength);
  const index = idle.findIndex((buffer) => buffer.byteLength >= length);
  const [buffer] = index < 0 ? [] : idle.splice(index, 1);
  if (buffer) return new Uint8Array(buffer, 0, length);
  const fresh = Buffer.allocUnsafeSlow(length).buffer;
  pooled.add(fresh);
  return new Uint8Array(fresh);
}

/** Takes an array back that nobody reads any more; arrays that did not come from here are left alone. */
export function giveBack({ buffer }: Uint8Array): void {
  if (!pooled.has(buffer) || !(buffer instanceof ArrayBuffer) || idle.includes(buffer)) return;
  idle.push(buffer);
  if (idle.length <= mostBuffers) return;
  idle.sort((a, b) => b.byteLength - a.byteLength).pop();
}
