import { byteCount, type DataType } from '../ir/types.ts';

/**
 * A tensor whose numbers are read or computed when they are wanted, and not kept. Passes compose sources; nothing is read before the file is written.
 *
 * Who owns the arrays: those of rows belong to this file, which fills them again for the next rows; a sink copies what it keeps; whoever stands between
 * writes into what it is told to fill, and keeps nothing.
 */
export interface TensorSource {
  readonly dataType: DataType;
  readonly shape: readonly number[];
  /**
   * The tensor's numbers from the first to the last, in slices of whole rows of the first axis: row-major, little-endian, aligned to the element size.
   * Each slice holds what it says until the next is asked for. An empty tensor has none.
   * Throws DiagnosticError where the file ends early or holds what a weights tensor cannot.
   */
  rows(): AsyncIterable<Uint8Array>;
}

/** Larger slices would leave a core's cache between their reader and their writer. */
const sliceBytes = 1 << 19;

/** Size of one row of the first axis; of a number, where there is no axis. */
export function rowBytesOf({ dataType, shape }: Pick<TensorSource, 'dataType' | 'shape'>): number {
  return byteCount({ dataType, shape: shape.slice(1) });
}

/** What happens to an array when its time is over. Tests fill it here, so that whoever reads it later reads wrong numbers. */
export const lending = {
  end(_bytes: Uint8Array): void {},
};

/** Arrays that no reading uses. New ones cost the system time for every page, and pile up until the garbage is collected. */
const idle: Uint8Array[] = [];

/** An array for one reading, which gives it back when it ends. */
function acquire(sizeBytes: number): Uint8Array {
  if (sizeBytes > sliceBytes) return new Uint8Array(sizeBytes);
  return idle.pop() ?? new Uint8Array(sliceBytes);
}

function release(array: Uint8Array): void {
  lending.end(array);
  // A larger one is for a single tensor.
  if (array.byteLength === sliceBytes) idle.push(array);
}

/** A tensor whose rows are fetched a slice at a time: `fill` writes those from row `first` on, as many as `into` has room for. */
export function slicedTensor(
  dataType: DataType,
  shape: readonly number[],
  fill: (into: Uint8Array, first: number) => Promise<void>,
): TensorSource {
  const rowBytes = rowBytesOf({ dataType, shape });
  const [rows = 1] = shape;
  const step = Math.min(rows, Math.max(1, Math.floor(sliceBytes / rowBytes)));
  return {
    dataType,
    shape,
    async *rows() {
      const array = acquire(step * rowBytes);
      try {
        for (let first = 0; first < rows; first += step) {
          const into = array.subarray(0, Math.min(step, rows - first) * rowBytes);
          await fill(into, first);
          yield into;
          lending.end(into);
        }
      } finally {
        release(array);
      }
    },
  };
}

/** A tensor that can only be made whole. `read` gives a new array each time. */
export function wholeTensor(
  dataType: DataType,
  shape: readonly number[],
  read: () => Promise<Uint8Array> | Uint8Array,
): TensorSource {
  return {
    dataType,
    shape,
    async *rows() {
      const bytes = await read();
      if (bytes.byteLength > 0) yield bytes;
      lending.end(bytes);
    },
  };
}

/** All numbers of a tensor, in an array of the caller's own. */
export async function readAll(source: TensorSource): Promise<Uint8Array> {
  const { dataType, shape } = source;
  const bytes = new Uint8Array(byteCount({ dataType, shape }));
  let at = 0;
  for await (const slice of source.rows()) {
    bytes.set(slice, at);
    at += slice.byteLength;
  }
  if (at !== bytes.byteLength) {
    throw new Error(`a tensor of ${bytes.byteLength} bytes gave ${at}`);
  }
  return bytes;
}

/** One reading of a tensor, from its first row to its last. */
export interface RowReading {
  /** Writes what becomes of `from` into `into`, as many rows of the new type; `first` is where these rows stand in the tensor. */
  map(from: Uint8Array, into: Uint8Array, first: number): void;
  /** Called behind the last row. */
  end?(): void;
}

/** A tensor made from another's rows, each from the one in its place. */
export function mapRows(
  source: TensorSource,
  type: Pick<TensorSource, 'dataType' | 'shape'>,
  start: () => RowReading | Promise<RowReading>,
): TensorSource {
  const { dataType, shape } = type;
  return {
    dataType,
    shape,
    async *rows() {
      const [fromBytes, intoBytes] = [rowBytesOf(source), rowBytesOf(type)];
      const reading = await start();
      let first = 0;
      for await (const from of source.rows()) {
        const count = from.byteLength / fromBytes;
        // One each slice, since slices may grow.
        const array = acquire(count * intoBytes);
        try {
          const into = array.subarray(0, count * intoBytes);
          reading.map(from, into, first);
          yield into;
        } finally {
          release(array);
        }
        first += count;
      }
      reading.end?.();
    },
  };
}

/** The tensor itself, whose rows are shown to `look` as they pass; `first` is where they stand in the tensor. */
export function watchRows(
  source: TensorSource,
  look: (rows: Uint8Array, first: number) => void | Promise<void>,
): TensorSource {
  return {
    ...source,
    async *rows() {
      const rowBytes = rowBytesOf(source);
      let first = 0;
      for await (const slice of source.rows()) {
        // Most looks have nothing to wait for, and a promise each slice costs time.
        const waiting = look(slice, first);
        if (waiting) await waiting;
        first += slice.byteLength / rowBytes;
        yield slice;
      }
    },
  };
}

/** The same numbers in another shape, whose rows are as long or cut them evenly. */
export function reshaped(source: TensorSource, shape: readonly number[]): TensorSource {
  return { ...source, shape };
}
