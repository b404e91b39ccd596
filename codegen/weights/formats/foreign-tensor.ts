import { fail } from '../../../src/diagnostics/diagnostic.ts';
import { checkShape, type TensorLabel } from '../../tensors/tensor-layout.ts';
import type { TensorSource } from '../../tensors/tensor-source.ts';
import type { PickleForeign } from './pickle/values.ts';
import { unreadableTensor } from './unreadable-tensor.ts';

/** A tensor in a form that rcc does not read, as `unreadableTensor` with `weights-tensor-foreign`. */
export function foreignTensor(
  { name: object, shape = [] }: PickleForeign,
  label: TensorLabel,
): TensorSource {
  checkShape(shape, 4, label);
  return unreadableTensor(shape, () => fail('weights-tensor-foreign', { ...label, object }));
}

/** A tensor of numbers in a type that rcc does not read, as `unreadableTensor` with `weights-tensor-type`; that it lies where it should is checked before. */
export function tensorOfOtherType(
  shape: readonly number[],
  type: string,
  label: TensorLabel,
): TensorSource {
  checkShape(shape, 1, label);
  return unreadableTensor(shape, () => fail('weights-tensor-type', { ...label, type }));
}
