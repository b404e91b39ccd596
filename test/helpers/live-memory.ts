import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** Bytes that are reachable, on the heap and in buffers: unlike resident memory, not what a collector has yet to take away. */
export function liveBytes(): number {
  // What the first frees of buffers, the second takes away.
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
