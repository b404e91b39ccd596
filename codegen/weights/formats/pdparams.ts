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
import type { WeightsFile } from '../weights-file.ts';
import { foreignTensor, tensorOfOtherType } from './foreign-tensor.ts';
import { byteOrderOfNumpy, bytesOfNumpy, dataTypeOfNumpy } from './numpy-type.ts';
import { readPickle } from './pickle/read-pickle.ts';
import { type PickleArray, type PickleValue, valueOfKind } from './pickle/values.ts';
import { findTensors, type PickledTensor, paddleNameTable } from './state-dict.ts';

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

function notesOn(tensors: Iterable<PickledTensor>): string[] {
  const states = [...tensors].flatMap((tensor) => valueOfKind(tensor, 'array')?.state ?? []);
  return [
    ...(states.some(({ code }) => code === 'u2') ? ['Type uint16 is read as bfloat16.'] : []),
    ...(states.some(({ data }) => data.least !== data.most)
      ? ['Pickle protocol 2 writes tensors as text; protocol 4 is smaller and faster to read.']
      : []),
  ];
}

function sourceOf(pickled: PickledTensor, label: TensorLabel): TensorSource {
  if (pickled.kind === 'foreign') return foreignTensor(pickled, label);
  if (pickled.kind === 'array') return arraySource(pickled, label);
  // A tensor of torch needs a storage, which a pickle without persistent ids cannot name.
  throw new Error('a tensor in a file without storages');
}

/** Names that Paddle's optimizers give to what they keep of each parameter, and their own. */
const optimizerNames =
  /^(LR_Scheduler|master_weights|.+_(moment\d?|moment2_max|velocity|beta[12]_pow_acc|inf_norm|momentum|mean_square|mean_grad|avg_squared_(grad|update))(_\d+)?)$/;

/** A file of paddle.save(optimizer.state_dict()): the last moments and nothing of the parameters themselves. */
function refuseOptimizer(file: string, root: PickleValue): void {
  const keys = [...(valueOfKind(root, 'dict')?.entries.keys() ?? [])]
    .map(String)
    .filter((key) => key !== paddleNameTable);
  if (keys.length > 0 && keys.every((key) => optimizerNames.test(key))) {
    fail('weights-pdopt', { file });
  }
}

/** `.pdparams`: one pickle with numpy arrays, nothing around it. */
export async function openPdparams(source: ByteSource): Promise<WeightsFile> {
  const { value, end } = await readPickle(source);
  if (end !== source.sizeBytes) {
    const reason = `${source.sizeBytes - end} bytes after its end`;
    fail('weights-pickle-malformed', { file: source.name, reason, offset: end });
  }
  refuseOptimizer(source.name, value);
  const { tensors, notes } = findTensors(source.name, value, 'pickle');
  return {
    name: source.name,
    format: 'pdparams',
    tensors: new Map(
      [...tensors].map(([tensor, pickled]) => [
        tensor,
        sourceOf(pickled, { file: source.name, tensor }),
      ]),
    ),
    notes: [...notes, ...notesOn(tensors.values())],
  };
}
