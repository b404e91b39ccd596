import { encodeNpy } from '../../codegen/weights/npy.ts';
import { rowMajorStrides } from '../../codegen/weights/tensor-layout.ts';
import {
  arrayParts,
  bytesOfParts,
  latin1Parts,
  op,
  type Part,
  pickle,
  tensorParts,
  u64,
} from './pickle-parts.ts';
import { zip } from './zip-parts.ts';

/** float32 tensors by name: what the builders below write as the frameworks do. */
export type Tensors = readonly (readonly [
  name: string,
  shape: readonly number[],
  values: Float32Array,
])[];

export function float32Bytes(values: ArrayLike<number>): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}

/** Two small tensors, one with a name that a careless object would trip over. */
export const smallTensors: Tensors = [
  ['layer.weight', [2, 3], Float32Array.of(1, -2, 3, 0.5, 1e-3, 7)],
  ['__proto__', [3], Float32Array.of(-1, 0, 1)],
];

/** `paddle.save(state_dict, protocol=2 | 3 | 4)`. */
export function encodePdparams(tensors: Tensors, protocol = 4): Uint8Array {
  const data = (values: Float32Array): Part =>
    protocol === 2 ? latin1Parts(float32Bytes(values)) : op.bytes(float32Bytes(values));
  const entries = tensors.map(
    ([name, shape, values]) => [op.text(name), arrayParts({ shape, data: data(values) })] as const,
  );
  const names = tensors.map(([name], i) => [op.text(name), op.text(`linear_${i}.w_0`)] as const);
  return pickle(
    protocol,
    op.dict(...entries, [op.text('StructuredToParameterName@@'), op.dict(...names)]),
  );
}

function torchDict(tensors: Tensors): Part {
  return op.dict(
    ...tensors.map(([name, shape, values], index) => {
      const strides = rowMajorStrides(shape);
      const tensor = tensorParts({ key: `${index}`, storageSize: values.length, shape, strides });
      return [op.text(name), tensor] as const;
    }),
  );
}

/** `torch.save(state_dict, path)` since 1.6. */
export function encodeTorchZip(tensors: Tensors): Uint8Array {
  return zip(
    { path: 'model/data.pkl', bytes: pickle(2, torchDict(tensors)) },
    { path: 'model/byteorder', bytes: new TextEncoder().encode('little') },
    ...tensors.map(([, , values], index) => ({
      path: `model/data/${index}`,
      bytes: float32Bytes(values),
      padding: 5,
    })),
    { path: 'model/version', bytes: new TextEncoder().encode('3\n') },
  );
}

/** Pickles 1 to 3 of the legacy format: magic, version, header. */
export const legacyHead = bytesOfParts(
  pickle(2, op.long(0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19)),
  pickle(2, op.int(1001)),
  pickle(
    2,
    op.dict([op.text('protocol_version'), op.int(1001)], [op.text('little_endian'), op.true]),
  ),
);

export function legacyKeys(...keys: readonly string[]): Uint8Array {
  return pickle(
    2,
    op.emptyList,
    op.mark,
    keys.map((key) => op.text(key)),
    op.appends,
  );
}

/** `torch.save(..., _use_new_zipfile_serialization=False)`. */
export function encodeTorchLegacy(tensors: Tensors): Uint8Array {
  return bytesOfParts(
    legacyHead,
    pickle(2, torchDict(tensors)),
    legacyKeys(...tensors.map((_, index) => `${index}`)),
    tensors.map(([, , values]) => [u64(values.length), float32Bytes(values)]),
  );
}

/** A safetensors file with this header, padded to a multiple of 8, and this data. */
export function safetensorsOf(header: string, data: Uint8Array): Uint8Array {
  const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
  return bytesOfParts(u64(padded.length), new TextEncoder().encode(padded), data);
}

export function encodeSafetensors(tensors: Tensors): Uint8Array {
  let at = 0;
  const entries = tensors.map(([name, shape, { byteLength }]) => {
    const entry = { dtype: 'F32', shape, data_offsets: [at, at + byteLength] };
    at += byteLength;
    return `${JSON.stringify(name)}:${JSON.stringify(entry)}`;
  });
  const header = `{"__metadata__":{"format":"pt"},${entries.join(',')}}`;
  return safetensorsOf(
    header,
    bytesOfParts(...tensors.map(([, , values]) => float32Bytes(values))),
  );
}

/** `numpy.savez(path, **tensors)`. */
export function encodeNpz(tensors: Tensors): Uint8Array {
  return zip(
    ...tensors.map(([name, shape, values]) => ({
      path: `${name}.npy`,
      bytes: encodeNpy({ dataType: 'float32', shape, bytes: float32Bytes(values) }),
    })),
  );
}

/** Every format by name, each writing the same tensors. */
export const encoders: Readonly<Record<string, (tensors: Tensors) => Uint8Array>> = {
  'pdparams, protocol 2': (tensors) => encodePdparams(tensors, 2),
  'pdparams, protocol 3': (tensors) => encodePdparams(tensors, 3),
  'pdparams, protocol 4': (tensors) => encodePdparams(tensors, 4),
  'torch zip': encodeTorchZip,
  'torch legacy': encodeTorchLegacy,
  safetensors: encodeSafetensors,
  npz: encodeNpz,
};
