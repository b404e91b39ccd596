/** Where bytes go, in order: a file in Node, a Blob's parts in a browser. */
export interface ByteSink {
  /** Takes a copy of what it keeps: the array is the caller's again when this is done. Wait for the promise before the next write. */
  write(bytes: Uint8Array): Promise<void> | void;
}
