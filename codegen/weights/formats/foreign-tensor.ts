import { fail } from '../../../src/diagnostics/diagnostic.ts';
import { checkShape, type TensorLabel } from '../../tensors/tensor-layout.ts';
import type { TensorSource } from '../../tensors/tensor-source.ts';
import type { PickleForeign } from './pickle/values.ts';

/** A tensor whose numbers rcc cannot read: it has its place among the others, and who wants its numbers gets DiagnosticError `weights-tensor-foreign`. */
export function foreignTensor(
  { name: object, shape = [] }: PickleForeign,
  label: TensorLabel,
): TensorSource {
  checkShape(shape, 'float32', label);
  return {
    dataType: 'float32',
    shape,
    // biome-ignore lint/correctness/useYield: it has no rows.
    async *rows() {
      fail('weights-tensor-foreign', { ...label, object });
    },
  };
}
