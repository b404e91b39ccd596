/** Pieces of a pickle: bytes, or pieces in a row. */
export type Part = Uint8Array | readonly number[] | readonly Part[];

export function bytesOfParts(...parts: readonly Part[]): Uint8Array {
  const arrays: Uint8Array[] = [];
  const visit = (part: Part): void => {
    if (part instanceof Uint8Array) arrays.push(part);
    else if (part.length > 0 && typeof part[0] === 'number') {
      arrays.push(Uint8Array.from(part as readonly number[]));
    } else for (const inner of part as readonly Part[]) visit(inner);
  };
  for (const part of parts) visit(part);
  const result = new Uint8Array(arrays.reduce((size, array) => size + array.length, 0));
  let at = 0;
  for (const array of arrays) {
    result.set(array, at);
    at += array.length;
  }
  return result;
}

export function u16(value: number): number[] {
  return [value & 0xff, (value >> 8) & 0xff];
}

export function u32(value: number): number[] {
  return [...u16(value & 0xffff), ...u16(value >>> 16)];
}

export function u64(value: number | bigint): number[] {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return [...bytes];
}

const encoder = new TextEncoder();

function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Opcodes as CPython's pickle module writes them. */
export const op = {
  proto: (version: number): Part => [0x80, version],
  frame: (length: number): Part => [[0x95], u64(length)],
  stop: [0x2e] as Part,
  mark: [0x28] as Part,
  none: [0x4e] as Part,
  true: [0x88] as Part,
  false: [0x89] as Part,
  emptyDict: [0x7d] as Part,
  emptyList: [0x5d] as Part,
  emptyTuple: [0x29] as Part,
  tuple1: [0x85] as Part,
  tuple2: [0x86] as Part,
  tuple3: [0x87] as Part,
  append: [0x61] as Part,
  appends: [0x65] as Part,
  setItem: [0x73] as Part,
  setItems: [0x75] as Part,
  reduce: [0x52] as Part,
  build: [0x62] as Part,
  newObject: [0x81] as Part,
  persistentId: [0x51] as Part,
  stackGlobal: [0x93] as Part,
  memoize: [0x94] as Part,
  put: (index: number): Part => (index < 256 ? [0x71, index] : [[0x72], u32(index)]),
  get: (index: number): Part => (index < 256 ? [0x68, index] : [[0x6a], u32(index)]),
  int: (value: number): Part => [[0x4a], u32(value >>> 0)],
  long: (...bytes: readonly number[]): Part => [[0x8a, bytes.length], [...bytes]],
  float: (value: number): Part => {
    const bytes = new Uint8Array(9);
    bytes[0] = 0x47;
    new DataView(bytes.buffer).setFloat64(1, value, false);
    return bytes;
  },
  text: (text: string): Part => {
    const bytes = utf8(text);
    return [[0x58], u32(bytes.length), bytes];
  },
  shortText: (text: string): Part => [[0x8c, utf8(text).length], utf8(text)],
  bytes: (bytes: Uint8Array): Part => [[0x42], u32(bytes.length), bytes],
  shortBytes: (bytes: Uint8Array): Part => [[0x43, bytes.length], bytes],
  bytes8: (bytes: Uint8Array): Part => [[0x8e], u64(bytes.length), bytes],
  shortString: (text: string): Part => [[0x55, text.length], [...text].map((c) => c.charCodeAt(0))],
  string: (bytes: Uint8Array): Part => [[0x54], u32(bytes.length), bytes],
  global: (module: string, name: string): Part => [[0x63], utf8(`${module}\n${name}\n`)],
  tuple: (...items: readonly Part[]): Part => [[0x28], items, [0x74]],
  dict: (...items: readonly (readonly [Part, Part])[]): Part => [[0x7d], [0x28], items, [0x75]],
} as const;

/** One pickle: protocol, parts, end. */
export function pickle(protocol: number, ...parts: readonly Part[]): Uint8Array {
  return bytesOfParts(op.proto(protocol), parts, op.stop);
}

const shape = (sizes: readonly number[]): Part => op.tuple(...sizes.map((size) => op.int(size)));

export interface ArrayParts {
  readonly code?: string;
  readonly byteOrder?: string;
  readonly shape: readonly number[];
  /** The shape as it is written, where it is none. */
  readonly dimensions?: readonly Part[];
  readonly isColumnMajor?: boolean;
  /** The data as the protocol writes it; default: BINBYTES. */
  readonly data: Part;
  readonly module?: string;
}

/** A numpy array as paddle.save and pickle.dump write it. */
export function arrayParts(array: ArrayParts): Part {
  const { code = 'f4', byteOrder = '<', isColumnMajor = false } = array;
  const { module = 'numpy._core.multiarray' } = array;
  const dtype: Part = [
    op.global('numpy', 'dtype'),
    op.tuple(op.text(code), op.false, op.true),
    op.reduce,
    op.tuple(
      op.int(3),
      op.text(byteOrder),
      op.none,
      op.none,
      op.none,
      op.int(-1),
      op.int(-1),
      op.int(0),
    ),
    op.build,
  ];
  return [
    op.global(module, '_reconstruct'),
    op.tuple(op.global('numpy', 'ndarray'), op.tuple(op.int(0)), op.shortBytes(Uint8Array.of(98))),
    op.reduce,
    op.tuple(
      op.int(1),
      array.dimensions ? op.tuple(...array.dimensions) : shape(array.shape),
      dtype,
      isColumnMajor ? op.true : op.false,
      array.data,
    ),
    op.build,
  ];
}

/** `_codecs.encode(text, "latin1")`: bytes at protocol 2. */
export function latin1Parts(bytes: Uint8Array): Part {
  const text = Buffer.from(bytes).toString('latin1');
  return [op.global('_codecs', 'encode'), op.tuple(op.text(text), op.text('latin1')), op.reduce];
}

export interface TensorParts {
  readonly key: string;
  readonly storage?: string;
  readonly storageSize: number;
  /** The size as it is written, where it is none. */
  readonly storageCount?: Part;
  readonly offset?: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly view?: Part;
}

/** A torch tensor as torch.save writes it. */
export function tensorParts(tensor: TensorParts): Part {
  const { storage = 'FloatStorage', offset = 0 } = tensor;
  return [
    op.global('torch._utils', '_rebuild_tensor_v2'),
    op.tuple(
      [
        op.tuple(
          op.text('storage'),
          op.global('torch', storage),
          op.text(tensor.key),
          op.text('cpu'),
          tensor.storageCount ?? op.int(tensor.storageSize),
          ...(tensor.view ? [tensor.view] : []),
        ),
        op.persistentId,
      ],
      op.int(offset),
      shape(tensor.shape),
      shape(tensor.strides),
      op.false,
      [op.global('collections', 'OrderedDict'), op.emptyTuple, op.reduce],
    ),
    op.reduce,
  ];
}
