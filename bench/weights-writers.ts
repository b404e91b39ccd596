/* Writes weights files as the frameworks do, for the bench: the same tensors in each format, a tensor in memory at a time. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { readAll, type TensorSource } from '../codegen/tensors/tensor-source.ts';

export interface NamedTensor {
  readonly name: string;
  readonly source: TensorSource;
}

type Write = (bytes: Uint8Array) => void;

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');
const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const uint16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
};

/** Pickle opcodes (Python's pickletools), as far as state dicts need them. */
const pickle = {
  text: (value: string) =>
    Buffer.concat([ascii('X'), uint32(Buffer.byteLength(value)), Buffer.from(value)]),
  int: (value: number) => Buffer.concat([ascii('J'), uint32(value)]),
  global: (module: string, name: string) => ascii(`c${module}\n${name}\n`),
  tuple: (items: readonly Buffer[]) => Buffer.concat([ascii('('), ...items, ascii('t')]),
  false: ascii('\x89'),
  none: ascii('N'),
};

function openWriter(path: string): { write: Write; close: () => void; position: () => number } {
  const descriptor = openSync(path, 'w');
  let written = 0;
  return {
    write(bytes) {
      writeSync(descriptor, bytes);
      written += bytes.length;
    },
    close: () => closeSync(descriptor),
    position: () => written,
  };
}

const numpyFloat32 = Buffer.concat([
  pickle.global('numpy', 'dtype'),
  pickle.tuple([pickle.text('f4'), pickle.false, ascii('\x88')]),
  ascii('R'),
  pickle.tuple([
    pickle.int(3),
    pickle.text('<'),
    pickle.none,
    pickle.none,
    pickle.none,
    pickle.int(0xffffffff),
    pickle.int(0xffffffff),
    pickle.int(0),
  ]),
  ascii('b'),
]);

/** A `.pdparams` as paddle.save writes it: a pickle of name → numpy array, bytes in place. */
async function writePdparams(path: string, tensors: readonly NamedTensor[]): Promise<void> {
  const { write, close } = openWriter(path);
  write(ascii('\x80\x04}('));
  for (const { name, source } of tensors) {
    const bytes = await readAll(source);
    write(
      Buffer.concat([
        pickle.text(name),
        pickle.global('numpy.core.multiarray', '_reconstruct'),
        pickle.tuple([
          pickle.global('numpy', 'ndarray'),
          pickle.tuple([pickle.int(0)]),
          ascii('C\x01b'),
        ]),
        ascii('R('),
        pickle.int(1),
        pickle.tuple(source.shape.map(pickle.int)),
        numpyFloat32,
        pickle.false,
        ascii('B'),
        uint32(bytes.length),
      ]),
    );
    write(bytes);
    write(ascii('tb'));
  }
  write(ascii('u.'));
  close();
}

function rowMajorStrides(shape: readonly number[]): number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((product, dim) => product * dim, 1));
}

function torchPickle(tensors: readonly NamedTensor[]): Buffer {
  const entries = tensors.map(({ name, source }, key) => {
    const count = source.shape.reduce((product, dim) => product * dim, 1);
    const storage = pickle.tuple([
      pickle.text('storage'),
      pickle.global('torch', 'FloatStorage'),
      pickle.text(String(key)),
      pickle.text('cpu'),
      pickle.int(count),
    ]);
    return Buffer.concat([
      pickle.text(name),
      pickle.global('torch._utils', '_rebuild_tensor_v2'),
      pickle.tuple([
        Buffer.concat([storage, ascii('Q')]),
        pickle.int(0),
        pickle.tuple(source.shape.map(pickle.int)),
        pickle.tuple(rowMajorStrides(source.shape).map(pickle.int)),
        pickle.false,
        Buffer.concat([pickle.global('collections', 'OrderedDict'), ascii(')R')]),
      ]),
      ascii('R'),
    ]);
  });
  return Buffer.concat([ascii('\x80\x02}('), ...entries, ascii('u.')]);
}

interface ZipEntry {
  readonly name: string;
  readonly crc: number;
  readonly sizeBytes: number;
  readonly offset: number;
}

/** Signature, version, flags, method 0, time, date, CRC, sizes: what both headers of a stored entry share. */
function zipFields(entry: Omit<ZipEntry, 'offset'>): Buffer {
  return Buffer.concat([
    ...[20, 0x0800, 0, 0, 0].map(uint16),
    ...[entry.crc, entry.sizeBytes, entry.sizeBytes].map(uint32),
    uint16(entry.name.length),
  ]);
}

/** A torch zip file: data.pkl and one stored, 64-byte aligned entry a tensor. */
async function writeTorchZip(path: string, tensors: readonly NamedTensor[]): Promise<void> {
  const { write, close, position } = openWriter(path);
  const entries: ZipEntry[] = [];
  const add = (name: string, bytes: Uint8Array): void => {
    const entry = {
      name: `archive/${name}`,
      crc: crc32(bytes),
      sizeBytes: bytes.length,
      offset: position(),
    };
    const padding = (64 - ((position() + 30 + entry.name.length + 4) % 64)) % 64;
    const extra = Buffer.concat([ascii('FB'), uint16(padding), Buffer.alloc(padding, 'Z')]);
    write(
      Buffer.concat([
        ascii('PK\x03\x04'),
        zipFields(entry),
        uint16(extra.length),
        ascii(entry.name),
        extra,
      ]),
    );
    write(bytes);
    entries.push(entry);
  };
  add('data.pkl', torchPickle(tensors));
  add('byteorder', ascii('little'));
  for (const [key, { source }] of tensors.entries()) add(`data/${key}`, await readAll(source));
  add('version', ascii('3\n'));
  const start = position();
  for (const entry of entries) {
    write(
      Buffer.concat([
        ascii('PK\x01\x02'),
        uint16(20),
        zipFields(entry),
        ...[0, 0, 0, 0].map(uint16),
        uint32(0),
        uint32(entry.offset),
        ascii(entry.name),
      ]),
    );
  }
  const size = position() - start;
  const counts = [0, 0, entries.length, entries.length].map(uint16);
  write(Buffer.concat([ascii('PK\x05\x06'), ...counts, uint32(size), uint32(start), uint16(0)]));
  close();
}

async function writeSafetensors(path: string, tensors: readonly NamedTensor[]): Promise<void> {
  const { write, close } = openWriter(path);
  let offset = 0;
  const header = Object.fromEntries(
    tensors.map(({ name, source }) => {
      const begin = offset;
      offset += 4 * source.shape.reduce((product, dim) => product * dim, 1);
      return [name, { dtype: 'F32', shape: source.shape, data_offsets: [begin, offset] }];
    }),
  );
  const text = JSON.stringify(header);
  const padded = text.padEnd(Math.ceil(text.length / 8) * 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  write(Buffer.concat([length, ascii(padded)]));
  for (const { source } of tensors) write(await readAll(source));
  close();
}

/** File ending → writer. */
export const weightsWriters = {
  pdparams: writePdparams,
  pth: writeTorchZip,
  safetensors: writeSafetensors,
} as const;
