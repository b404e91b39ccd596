import type { TensorSource } from '../../tensors/tensor-source.ts';

/** A tensor that is known and whose numbers cannot be had: it has its place among the others, and who wants its numbers gets the DiagnosticError that `say` throws. */
export function unreadableTensor(shape: readonly number[], say: () => never): TensorSource {
  return {
    dataType: 'float32',
    shape,
    // biome-ignore lint/correctness/useYield: it has no rows.
    async *rows() {
      say();
    },
  };
}
