import { fail } from '../../../../src/diagnostics/diagnostic.ts';
import { type Refusal, refusal } from '../../../../src/diagnostics/refusal.ts';
import { type DataType, dataTypes } from '../../../ir/types.ts';
import { readField, wireTypes } from '../../../onnx/wire.ts';
import { readRange, sliceSource, windowedSource } from '../../../tensors/byte-range.ts';
import type { ByteSource } from '../../../tensors/byte-source.ts';
import { storedTensor } from '../../../tensors/stored-tensor.ts';
import { checkShape, rowMajorStrides } from '../../../tensors/tensor-layout.ts';
import type { TensorSource } from '../../../tensors/tensor-source.ts';

/** Version, levels of detail, version: all zero. Behind them the length of a description. */
const zeroBytes = 16;
const headBytes = zeroBytes + 4;

/** A type and a few sizes. */
const maxDescriptionBytes = 256;

/** ResNet-200 has 1,027. */
const maxRecords = 20_000;

/** framework.proto, VarType.Type. */
const types: Readonly<Record<number, DataType>> = {
  0: 'bool',
  1: 'int16',
  2: 'int32',
  3: 'int64',
  4: 'float16',
  5: 'float32',
  6: 'float64',
  20: 'uint8',
  21: 'int8',
  22: 'bfloat16',
};

const malformed: Refusal<'weights-tensor-malformed'> = refusal('weights-tensor-malformed');

interface Label {
  readonly file: string;
  readonly tensor: string;
}

/** TensorDesc: field 1 is the type, field 2 the sizes, one after another. */
function describe(bytes: Uint8Array, label: Label) {
  const cursor = { bytes, at: 0 };
  const shape: number[] = [];
  let type = -1;
  while (cursor.at < bytes.length) {
    const field = readField(cursor);
    if (field?.wireType !== wireTypes.varint) return malformed(label, 'no description of a tensor');
    if (field.field === 1) type = field.varint;
    if (field.field === 2) shape.push(field.varint);
  }
  const dataType = types[type];
  return dataType
    ? { dataType, shape }
    : fail('weights-tensor-type', { ...label, type: `VarType ${type} of Paddle` });
}

async function readRecord(headers: ByteSource, source: ByteSource, start: number, label: Label) {
  const head = await headers.read(start, headBytes);
  if (head.subarray(0, zeroBytes).some((byte) => byte !== 0)) {
    malformed(label, `no tensor begins at byte ${start}`);
  }
  const length = new DataView(head.buffer, head.byteOffset).getUint32(zeroBytes, true);
  if (length > maxDescriptionBytes) malformed(label, `a description of ${length} bytes`);
  const { dataType, shape } = describe(await headers.read(start + headBytes, length), label);
  const { sizeBytes: elementBytes } = dataTypes[dataType];
  const sizeBytes = checkShape(shape, elementBytes, label) * elementBytes;
  const data = sliceSource(source, start + headBytes + length, sizeBytes);
  const layout = { dataType, shape, strides: rowMajorStrides(shape), offset: 0 };
  const tensor = storedTensor(
    { ...data, read: (at, size, into) => readRange(data, at, size, into) },
    layout,
  );
  return { tensor, end: start + headBytes + length + sizeBytes };
}

/** The tensors of a `.pdiparams` file, one after another and without names. DiagnosticError where they do not fill it. */
export async function readRecords(source: ByteSource): Promise<readonly TensorSource[]> {
  const headers = windowedSource(source, 4096);
  const { name: file } = source;
  const tensors: TensorSource[] = [];
  for (let start = 0; start < source.sizeBytes; ) {
    if (tensors.length === maxRecords) {
      fail('weights-pickle-limit', { file, what: 'tensors', limit: maxRecords });
    }
    const label = { file, tensor: `number ${tensors.length}` };
    const { tensor, end } = await readRecord(headers, source, start, label);
    tensors.push(tensor);
    start = end;
  }
  return tensors;
}
