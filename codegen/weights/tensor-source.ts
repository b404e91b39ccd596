import type { DataType } from '../ir/types.ts';

/**
 * A tensor whose bytes are fetched or computed when they are wanted, and not kept.
 * Passes compose sources; nothing is read before the file is written.
 */
export interface TensorSource {
  readonly dataType: DataType;
  readonly shape: readonly number[];
  /**
   * The tensor's bytes: row-major, little-endian, exactly elements × element size. Each call gives bytes that the caller may keep.
   * Throws DiagnosticError where the file ends early or holds what a weights tensor cannot.
   */
  read(): Promise<Uint8Array>;
  /**
   * Where `read` also looks at the values: the bytes as they are, for a pass that sees in what it computes from them whether they were fit, and calls
   * `read` for the diagnostic where they were not.
   */
  readUnchecked?(): Promise<Uint8Array>;
}
