import { fail } from '../../../src/diagnostics/diagnostic.ts';
import type { ByteSource } from '../../tensors/byte-source.ts';
import type { TensorLabel } from '../../tensors/tensor-layout.ts';
import type { TensorSource } from '../../tensors/tensor-source.ts';
import type { WeightsFile } from '../weights-file.ts';
import { foreignTensor } from './foreign-tensor.ts';
import { arraySource } from './numpy-array.ts';
import { readPickle } from './pickle/read-pickle.ts';
import {
  type PickleBytes,
  type PickleTensor,
  type PickleValue,
  valueOfKind,
} from './pickle/values.ts';
import { findTensors, type PickledTensor, paddleNameTable } from './state-dict.ts';
import { openNestedStorage } from './torch-legacy.ts';
import { tensorSource } from './torch-tensors.ts';

function notesOn(tensors: Iterable<PickledTensor>): string[] {
  const states = [...tensors].flatMap((tensor) => valueOfKind(tensor, 'array')?.state ?? []);
  return [
    ...(states.some(({ code }) => code === 'u2') ? ['Type uint16 is read as bfloat16.'] : []),
    ...(states.some(({ data }) => data.least !== data.most)
      ? ['Pickle protocol 2 writes tensors as text; protocol 4 is smaller and faster to read.']
      : []),
  ];
}

type OpenNested = (bytes: PickleBytes) => ReturnType<typeof openNestedStorage>;

/** Reads each nested storage of a file once, however many tensors share it. */
function nestedOpener(file: string): OpenNested {
  const opened = new Map<PickleBytes, ReturnType<OpenNested>>();
  return (bytes) => {
    const storage = opened.get(bytes) ?? openNestedStorage(file, bytes);
    opened.set(bytes, storage);
    return storage;
  };
}

/** A tensor of torch in a pickle that torch.save did not write: its storage is a file of torch in the pickle. */
async function nestedTensor(
  tensor: PickleTensor,
  label: TensorLabel,
  open: OpenNested,
): Promise<TensorSource> {
  const { nested } = tensor.storage;
  // Without persistent ids no other storage can be named.
  if (!nested) throw new Error('a tensor in a file without storages');
  const { storage, storages } = await open(nested);
  return tensorSource(storages, { ...tensor, storage, elementType: storage.elementType }, label);
}

async function sourceOf(
  pickled: PickledTensor,
  label: TensorLabel,
  open: OpenNested,
): Promise<TensorSource> {
  if (pickled.kind === 'foreign') return foreignTensor(pickled, label);
  return pickled.kind === 'array'
    ? arraySource(pickled, label)
    : nestedTensor(pickled, label, open);
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

/** `.pdparams`, and what pickle.dump writes: one pickle with numpy arrays or tensors of torch, nothing around it. */
export async function openPdparams(source: ByteSource): Promise<WeightsFile> {
  const { value, end } = await readPickle(source);
  if (end !== source.sizeBytes) {
    const reason = `${source.sizeBytes - end} bytes after its end`;
    fail('weights-pickle-malformed', { file: source.name, reason, offset: end });
  }
  refuseOptimizer(source.name, value);
  const { tensors, notes } = findTensors(source.name, value, 'pickle');
  const sources = new Map<string, TensorSource>();
  const open = nestedOpener(source.name);
  for (const [tensor, pickled] of tensors) {
    sources.set(tensor, await sourceOf(pickled, { file: source.name, tensor }, open));
  }
  return {
    name: source.name,
    format: 'pdparams',
    tensors: sources,
    notes: [...notes, ...notesOn(tensors.values())],
  };
}
