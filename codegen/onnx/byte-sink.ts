/** Where bytes go, in order: a file in Node, a Blob's parts in a browser. */
export interface ByteSink {
  /** Takes the bytes over: the caller changes them no more. Wait for the promise before the next write. */
  write(bytes: Uint8Array): Promise<void> | void;
}
