import { fail } from '../../../src/diagnostics/diagnostic.ts';
import { bytesSource } from '../../tensors/byte-range.ts';
import type { ByteSource } from '../../tensors/byte-source.ts';
import { storedTensor } from '../../tensors/stored-tensor.ts';
import {
  checkPlace,
  columnMajorStrides,
  rowMajorStrides,
  type TensorLabel,
} from '../../tensors/tensor-layout.ts';
import type { TensorSource } from '../../tensors/tensor-source.ts';
import { tensorOfOtherType } from './foreign-tensor.ts';
import { byteOrderOfNumpy, bytesOfNumpy, dataTypeOfNumpy } from './numpy-type.ts';
import type { PickleArray } from './pickle/values.ts';

/** A pickled numpy array as a tensor; DiagnosticError where its shape, type and data do not agree. */
export function arraySource(array: PickleArray, label: TensorLabel): TensorSource {
  const { state } = array;
  if (!state) {
    return fail('weights-tensor-malformed', { ...label, reason: 'an array without content' });
  }
  const { shape, data, code } = state;
  const elementBytes = bytesOfNumpy(code);
  if (elementBytes === undefined) return tensorOfOtherType(shape, `numpy ${code}`, label);
  const strides = state.isColumnMajor ? columnMajorStrides(shape) : rowMajorStrides(shape);
  const elements = shape.reduce((product, size) => product * size, 1);
  const place = { shape, strides, offset: 0 };
  checkPlace(place, elementBytes, elements, label);
  const sizeBytes = elements * elementBytes;
  if (sizeBytes < data.least || sizeBytes > data.most) {
    const reason = `shape [${shape.join(', ')}] needs ${sizeBytes} bytes, the file has ${data.most}`;
    fail('weights-tensor-malformed', { ...label, reason });
  }
  const dataType = dataTypeOfNumpy(code);
  if (!dataType) return tensorOfOtherType(shape, `numpy ${code}`, label);
  const layout = { dataType, ...place };
  const byteOrder = byteOrderOfNumpy(state.byteOrder);
  const storedIn = (storage: ByteSource) => storedTensor(storage, layout, byteOrder);
  const { readPart } = data;
  if (readPart) return storedIn({ name: label.file, sizeBytes, read: readPart });
  return {
    dataType,
    shape,
    async *rows() {
      yield* storedIn(bytesSource(label.file, await data.read(sizeBytes))).rows();
    },
  };
}
