import type { Initializer } from '../ir/graph.ts';
import type { DataType } from '../ir/types.ts';
import { type TensorSource, wholeTensor } from '../tensors/tensor-source.ts';

/** Little-endian numbers that are known at once. */
export function constantSource(
  dataType: DataType,
  shape: readonly number[],
  values: ArrayBufferView,
): TensorSource {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return wholeTensor(dataType, shape, () => new Uint8Array(bytes));
}

/** An initializer that no training made: scales and zero points, means. Its source may be missing where the graph is made for its form only. */
export function fixedInitializer(
  name: string,
  dataType: DataType,
  shape: readonly number[],
  source?: TensorSource,
): Initializer {
  return { name, type: { dataType, shape }, fixed: true, ...(source ? { source } : {}) };
}
