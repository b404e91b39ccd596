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
}
