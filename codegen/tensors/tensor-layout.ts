import { fail } from '../../src/diagnostics/diagnostic.ts';
import { type Refusal, refusal } from '../../src/diagnostics/refusal.ts';
import { type DataType, dataTypes } from '../ir/types.ts';

/** How a tensor lies in a storage; strides and offset count elements. */
export interface TensorLayout extends TensorPlace {
  readonly dataType: DataType;
}

/** The same, whatever its elements are. */
export interface TensorPlace {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** What a diagnostic calls a tensor. */
export interface TensorLabel {
  readonly file: string;
  readonly tensor: string;
}

const maxRank = 8;
/** No tensor of these networks has a hundredth of it; a read must fit in one buffer on every machine. */
const maxTensorBytes = 2 ** 30;
/** A stride of 0 repeats elements without a byte in the file: what a shape may then ask for. */
const maxRepeatedBytes = 2 ** 26;

const malformed: Refusal<'weights-tensor-malformed'> = refusal('weights-tensor-malformed');

/** Number of elements of a shape found in a file, of so many bytes each; DiagnosticError where it is no shape or too large. */
export function checkShape(
  shape: readonly number[],
  elementBytes: number,
  label: TensorLabel,
): number {
  if (shape.length > maxRank) malformed(label, `${shape.length} dimensions, more than ${maxRank}`);
  let elements = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) malformed(label, `a dimension of ${size}`);
    elements *= size;
  }
  const sizeBytes = elements * elementBytes;
  if (!(sizeBytes <= maxTensorBytes)) {
    fail('weights-tensor-too-large', { ...label, sizeBytes, limitBytes: maxTensorBytes });
  }
  return elements;
}

/** Strides of a row-major tensor, in elements. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides: number[] = [];
  let step = 1;
  for (const size of shape.toReversed()) {
    strides.unshift(step);
    step *= size;
  }
  return strides;
}

/** Strides of a column-major tensor, in elements. */
export function columnMajorStrides(shape: readonly number[]): number[] {
  return rowMajorStrides(shape.toReversed()).toReversed();
}

/** Elements from the first to the last one that a tensor touches, both included. */
export function spanOf({ shape, strides }: TensorPlace): number {
  if (shape.includes(0)) return 0;
  return shape.reduce((span, size, axis) => span + (size - 1) * (strides[axis] ?? 0), 1);
}

export function isContiguous({ shape, strides }: TensorLayout): boolean {
  if (shape.includes(0)) return true;
  const expected = rowMajorStrides(shape);
  return shape.every((size, axis) => size === 1 || strides[axis] === expected[axis]);
}

/** Checks that a tensor of elements of `sizeBytes` lies inside its storage of `storageElements` and is no larger than it may be. */
export function checkPlace(
  place: TensorPlace,
  sizeBytes: number,
  storageElements: number,
  label: TensorLabel,
): void {
  const { shape, strides, offset } = place;
  const elements = checkShape(shape, sizeBytes, label);
  if (strides.length !== shape.length) {
    malformed(label, `${shape.length} dimensions with ${strides.length} strides`);
  }
  for (const step of [...strides, offset]) {
    if (!Number.isSafeInteger(step) || step < 0) malformed(label, `a stride or offset of ${step}`);
  }
  const span = spanOf(place);
  if (elements > 0 && !(offset + span <= storageElements)) {
    malformed(label, `it ends at element ${offset + span} of a storage of ${storageElements}`);
  }
  if (elements > storageElements && elements * sizeBytes > maxRepeatedBytes) {
    fail('weights-tensor-too-large', {
      ...label,
      sizeBytes: elements * sizeBytes,
      limitBytes: maxRepeatedBytes,
    });
  }
  if (span * sizeBytes > maxTensorBytes) {
    fail('weights-tensor-too-large', {
      ...label,
      sizeBytes: span * sizeBytes,
      limitBytes: maxTensorBytes,
    });
  }
}

/** As `checkPlace`, of a tensor whose type is known. */
export function checkLayout(
  layout: TensorLayout,
  storageElements: number,
  label: TensorLabel,
): void {
  checkPlace(layout, dataTypes[layout.dataType].sizeBytes, storageElements, label);
}
