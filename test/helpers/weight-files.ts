import { rowMajorStrides } from '../../codegen/tensors/tensor-layout.ts';
import { encodeNpy } from '../../codegen/weights/formats/npy.ts';
import { nearestHalf } from './half.ts';
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

/** How a file stores numbers. */
export interface ElementType {
  /** Its name in each format; numpy has no bfloat16, which Paddle stores as uint16. */
  readonly numpy: string;
  readonly torch: string;
  readonly safetensors: string;
  bytes(values: Float32Array): Uint8Array;
}

/** Narrower types take numbers that they hold. */
export const elementTypes = {
  float32: { numpy: 'f4', torch: 'FloatStorage', safetensors: 'F32', bytes: float32Bytes },
  float16: {
    numpy: 'f2',
    torch: 'HalfStorage',
    safetensors: 'F16',
    bytes: (values) => new Uint8Array(Uint16Array.from(values, nearestHalf).buffer),
  },
  bfloat16: {
    numpy: 'u2',
    torch: 'BFloat16Storage',
    safetensors: 'BF16',
    // The upper half of a float32.
    bytes: (values) => {
      const bits = new Uint32Array(values.slice().buffer);
      return new Uint8Array(Uint16Array.from(bits, (one) => one >>> 16).buffer);
    },
  },
} as const satisfies Record<string, ElementType>;

/** Two small tensors, one with a name that a careless object would trip over. */
export const smallTensors: Tensors = [
  ['layer.weight', [2, 3], Float32Array.of(1, -2, 3, 0.5, 1e-3, 7)],
  ['__proto__', [3], Float32Array.of(-1, 0, 1)],
];

/** `paddle.save(state_dict, protocol=2 | 3 | 4)`. */
export function encodePdparams(
  tensors: Tensors,
  protocol = 4,
  element: ElementType = elementTypes.float32,
): Uint8Array {
  const data = (values: Float32Array): Part =>
    protocol === 2 ? latin1Parts(element.bytes(values)) : op.bytes(element.bytes(values));
  const entries = tensors.map(
    ([name, shape, values]) =>
      [op.text(name), arrayParts({ code: element.numpy, shape, data: data(values) })] as const,
  );
  const names = tensors.map(([name], i) => [op.text(name), op.text(`linear_${i}.w_0`)] as const);
  return pickle(
    protocol,
    op.dict(...entries, [op.text('StructuredToParameterName@@'), op.dict(...names)]),
  );
}

function torchDict(tensors: Tensors, { torch: storage }: ElementType): Part {
  return op.dict(
    ...tensors.map(([name, shape, values], index) => {
      const strides = rowMajorStrides(shape);
      const storageSize = values.length;
      const tensor = tensorParts({ key: `${index}`, storage, storageSize, shape, strides });
      return [op.text(name), tensor] as const;
    }),
  );
}

/** `torch.save(state_dict, path)` since 1.6. */
export function encodeTorchZip(
  tensors: Tensors,
  element: ElementType = elementTypes.float32,
): Uint8Array {
  return zip(
    { path: 'model/data.pkl', bytes: pickle(2, torchDict(tensors, element)) },
    { path: 'model/byteorder', bytes: new TextEncoder().encode('little') },
    ...tensors.map(([, , values], index) => ({
      path: `model/data/${index}`,
      bytes: element.bytes(values),
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
export function encodeTorchLegacy(
  tensors: Tensors,
  element: ElementType = elementTypes.float32,
): Uint8Array {
  return bytesOfParts(
    legacyHead,
    pickle(2, torchDict(tensors, element)),
    legacyKeys(...tensors.map((_, index) => `${index}`)),
    tensors.map(([, , values]) => [u64(values.length), element.bytes(values)]),
  );
}

/** A safetensors file with this header, padded to a multiple of 8, and this data. */
export function safetensorsOf(header: string, data: Uint8Array): Uint8Array {
  const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
  return bytesOfParts(u64(padded.length), new TextEncoder().encode(padded), data);
}

export function encodeSafetensors(
  tensors: Tensors,
  { safetensors: dtype, bytes }: ElementType = elementTypes.float32,
): Uint8Array {
  const data = tensors.map(([, , values]) => bytes(values));
  let at = 0;
  const entries = tensors.map(([name, shape], index) => {
    const end = at + (data[index]?.length ?? 0);
    const entry = { dtype, shape, data_offsets: [at, end] };
    at = end;
    return `${JSON.stringify(name)}:${JSON.stringify(entry)}`;
  });
  const header = `{"__metadata__":{"format":"pt"},${entries.join(',')}}`;
  return safetensorsOf(header, bytesOfParts(...data));
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
  'torch zip': (tensors) => encodeTorchZip(tensors),
  'torch legacy': (tensors) => encodeTorchLegacy(tensors),
  safetensors: (tensors) => encodeSafetensors(tensors),
  npz: encodeNpz,
};
