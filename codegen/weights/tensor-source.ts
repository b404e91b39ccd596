import { byteCount, type DataType } from '../ir/types.ts';
import { smallBufferBytes } from './buffer-pool.ts';

/**
 * A tensor whose bytes are fetched or computed when they are wanted, and not kept.
 * Passes compose sources; nothing is read before the file is written. A source that reads otherwise than the one it is made of names its members and
 * does not spread the other's: its rows would be the other's.
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
   * Of the same bytes those of `count` rows of the first axis from row `first` on, looked at as `read` does. Absent where only the whole can be made.
   */
  readRows?(first: number, count: number): Promise<Uint8Array>;
  /**
   * Where `read` also looks at the values: the tensor without that, for a pass that sees in what it computes from them whether they were fit, and calls
   * `read` for the diagnostic where they were not.
   */
  readonly unchecked?: TensorSource;
}

/** Rows are asked for in slices of at most this size: they stay in a core's cache from where they are read to where they are written. */
const sliceBytes = smallBufferBytes;

/** A tensor's bytes in order, in slices where its source can make them; each may be kept by the caller. */
export async function* slicesOf(source: TensorSource): AsyncGenerator<Uint8Array, void, undefined> {
  const [rows = 1, ...inner] = source.shape;
  const rowBytes = byteCount({ dataType: source.dataType, shape: inner });
  const most = Math.max(1, Math.floor(sliceBytes / rowBytes));
  // Of one length, so that none is a short rest.
  const step = Math.ceil(rows / Math.ceil(rows / most));
  if (!source.readRows || rows <= step) {
    yield await source.read();
    return;
  }
  for (let first = 0; first < rows; first += step) {
    yield await source.readRows(first, Math.min(step, rows - first));
  }
}
