import { ownValue } from '../../../src/collections/own-value.ts';
import { fail } from '../../../src/diagnostics/diagnostic.ts';
import { type DataType, dataTypes } from '../../ir/types.ts';
import { sliceSource } from '../../tensors/byte-range.ts';
import type { ByteSource } from '../../tensors/byte-source.ts';
import { type ByteOrder, storedTensor } from '../../tensors/stored-tensor.ts';
import {
  checkPlace,
  spanOf,
  type TensorLabel,
  type TensorPlace,
} from '../../tensors/tensor-layout.ts';
import type { TensorSource } from '../../tensors/tensor-source.ts';
import type { WeightsFile } from '../weights-file.ts';
import { foreignTensor, tensorOfOtherType } from './foreign-tensor.ts';
import { arraySource } from './numpy-array.ts';
import type { PersistentLoad } from './pickle/machine.ts';
import {
  describeValue,
  type PickleContext,
  type PickleGlobal,
  type PickleStorage,
  type PickleTensor,
  type PickleValue,
  textOf,
  valueOfKind,
} from './pickle/values.ts';
import { findTensors, type PickledTensor } from './state-dict.ts';

/** A storage's bytes, which are checked where all of them are read in order. */
export interface StorageSource extends ByteSource {
  /** Checks all of it, once, for a reader who wants a part; absent where there is nothing to check it by. */
  verify?(): Promise<void>;
}

/** Where a container keeps the bytes of its storages. */
export interface TorchStorages {
  readonly file: string;
  readonly byteOrder: ByteOrder;
  /** The whole storage of that key; DiagnosticError where there is none. */
  find(storage: PickleStorage): StorageSource;
}

function isDataType(type: string): type is DataType {
  return Object.hasOwn(dataTypes, type);
}

/** Types that are stored and not read, where an element has more than a byte. */
const otherBytes: Readonly<Record<string, number>> = {
  complex32: 4,
  complex64: 8,
  complex128: 16,
  qint32: 4,
  uint16: 2,
  uint32: 4,
  uint64: 8,
};

function bytesOfType(elementType: string): number {
  if (isDataType(elementType)) return dataTypes[elementType].sizeBytes;
  return ownValue(otherBytes, elementType) ?? 1;
}

/** Bytes an element; an untyped storage counts in bytes. */
export function elementBytes({ elementType }: PickleStorage): number {
  return bytesOfType(elementType);
}

function sizeOf(value: PickleValue | undefined, context: PickleContext): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  return context.malformed(`a storage whose size is ${describeValue(value)}`);
}

/** (view key, first element, number of elements), or None: the sixth member in legacy files. */
function viewOf(value: PickleValue | undefined, context: PickleContext): PickleStorage['view'] {
  if (value === undefined || value === null) return undefined;
  const [, offset, size] = valueOfKind(value, 'tuple')?.items ?? [];
  return { offset: sizeOf(offset, context), size: sizeOf(size, context) };
}

/** What a storage's class says; of a class that rcc does not know its name, which no tensor is read as. */
function elementTypeOf(type: PickleGlobal | undefined): string | undefined {
  return type?.elementType ?? (type?.name.endsWith('Storage') ? type.name : undefined);
}

/**
 * ("storage", class, key, location, number of elements[, view]): torch's persistent id of a storage. Files before 1.6 name classes of modules so too, with
 * their source: ("module", class, file, source).
 */
export const storageOf: PersistentLoad = ({ items }, context) => {
  const [tag, type, , , size, view] = items;
  const key = textOf(items[2]);
  const named = valueOfKind(type, 'global');
  if (textOf(tag) === 'module' && named) return named;
  const elementType = elementTypeOf(named);
  if (textOf(tag) !== 'storage' || key === undefined || !elementType) {
    return context.malformed('a persistent id that is no storage');
  }
  const part = viewOf(view, context);
  return {
    kind: 'storage',
    key,
    elementType,
    size: sizeOf(size, context),
    ...(part ? { view: part } : {}),
  };
};

/** The same bytes for somebody who reads a part of them. */
function checkedParts(source: StorageSource): ByteSource {
  if (!source.verify) return source;
  return {
    name: source.name,
    sizeBytes: source.sizeBytes,
    async read(offset, length, into) {
      await source.verify?.();
      return await source.read(offset, length, into);
    },
  };
}

function isWhole(storage: StorageSource, place: TensorPlace, sizeBytes: number): boolean {
  return spanOf(place) * sizeBytes === storage.sizeBytes;
}

function storageBytes(
  storages: TorchStorages,
  { storage, elementType, ...place }: PickleTensor,
  label: TensorLabel,
): ByteSource {
  const found = storages.find(storage);
  const whole = isWhole(found, place, bytesOfType(elementType)) ? found : checkedParts(found);
  const { view } = storage;
  if (!view) return whole;
  const sizeBytes = elementBytes(storage);
  if ((view.offset + view.size) * sizeBytes > whole.sizeBytes) {
    fail('weights-tensor-malformed', {
      ...label,
      reason: 'a view that ends outside of its storage',
    });
  }
  return sliceSource(whole, view.offset * sizeBytes, view.size * sizeBytes);
}

/** A tensor that lies in a storage; DiagnosticError where it does not fit. */
export function tensorSource(
  storages: TorchStorages,
  tensor: PickleTensor,
  label: TensorLabel,
): TensorSource {
  const { elementType: dataType, shape, strides, offset } = tensor;
  const storage = storageBytes(storages, tensor, label);
  const sizeBytes = bytesOfType(dataType);
  const elements = storage.sizeBytes / sizeBytes;
  if (!Number.isInteger(elements)) {
    const reason = `a storage of ${storage.sizeBytes} bytes, which are no whole number of ${dataType}`;
    fail('weights-tensor-malformed', { ...label, reason });
  }
  checkPlace(tensor, sizeBytes, elements, label);
  if (!isDataType(dataType)) return tensorOfOtherType(shape, `torch.${dataType}`, label);
  const layout = { dataType, shape, strides, offset };
  return storedTensor(storage, layout, storages.byteOrder);
}

function sourceOf(
  storages: TorchStorages,
  pickled: PickledTensor,
  label: TensorLabel,
): TensorSource {
  if (pickled.kind === 'foreign') return foreignTensor(pickled, label);
  if (pickled.kind === 'array') return arraySource(pickled, label);
  return tensorSource(storages, pickled, label);
}

/** The state dict in a checkpoint that torch.save wrote, in either container. */
export function torchWeights(
  root: PickleValue,
  storages: TorchStorages,
  format: 'torch-zip' | 'torch-legacy',
): WeightsFile {
  const { file } = storages;
  const { tensors, notes } = findTensors(file, root, 'torch');
  return {
    name: file,
    format,
    tensors: new Map(
      [...tensors].map(([tensor, pickled]) => {
        const label = { file, tensor };
        return [tensor, sourceOf(storages, pickled, label)];
      }),
    ),
    notes,
  };
}
