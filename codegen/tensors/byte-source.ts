/** Random access to bytes: a file in Node, a Blob in a browser. codegen reads through this and opens nothing itself. */
export interface ByteSource {
  /** Shown in diagnostics. */
  readonly name: string;
  readonly sizeBytes: number;
  /**
   * Exactly `length` bytes from `offset`, in `into` where one is given, which has that length, otherwise in a new array; both are the caller's own.
   * Callers check the range first; a short read throws DiagnosticError `weights-truncated`.
   */
  read(offset: number, length: number, into?: Uint8Array): Promise<Uint8Array>;
}
