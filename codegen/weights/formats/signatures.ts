import type { Packer } from '../../../src/diagnostics/messages/weights-formats.ts';
import type { OtherFormatName } from '../../../src/diagnostics/messages/weights-others.ts';
import { byteString } from './byte-string.ts';

/** What the first bytes of a file say it is. */
export type FileKind =
  | 'pickle'
  | 'text-pickle'
  | 'torch-legacy'
  | 'zip'
  | 'safetensors'
  | 'npy'
  | 'pdiparams'
  | 'tar'
  | 'lfs-pointer'
  | 'web-page'
  | Packer
  | 'onnx'
  | 'hdf5'
  | OtherFormatName
  | 'unknown';

/** Bytes that are read to recognise a file: tar has its mark at 257. */
export const signatureBytes = 512;

interface FileStart {
  readonly bytes: Uint8Array;
  /** The same, a character a byte. */
  readonly text: string;
}

function startsWith(...prefixes: readonly string[]) {
  return ({ text }: FileStart): boolean => prefixes.some((prefix) => text.startsWith(prefix));
}

/** A length below 4 GiB, then a JSON object. */
function isSafetensors({ bytes, text }: FileStart): boolean {
  if (text[8] !== '{') return false;
  const high = bytes.subarray(4, 8);
  return high.every((byte) => byte === 0);
}

/** 16 zero bytes (versions, level of detail), the length of a protobuf, then its type field. */
function isPdiparams({ bytes }: FileStart): boolean {
  const head = bytes.subarray(0, 16);
  const length = bytes[16] ?? 0;
  return (
    head.every((byte) => byte === 0) &&
    length > 0 &&
    bytes.subarray(17, 20).every((byte) => byte === 0) &&
    bytes[20] === 0x08 &&
    bytes[22] === 0x10
  );
}

/** ModelProto: field 1 (ir_version) and, behind it, the tag of another of its fields (onnx.proto3). */
function isOnnx({ bytes }: FileStart): boolean {
  const [tag, version = 0, next = 0] = bytes;
  const fields = [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72];
  return tag === 0x08 && version >= 1 && version <= 32 && fields.includes(next);
}

/** RFC 1950: the method, then a check that makes both bytes a multiple of 31. No preset dictionary. */
function isZlib({ bytes }: FileStart): boolean {
  const [method = 0, flags = 0] = bytes;
  return method === 0x78 && (method * 256 + flags) % 31 === 0 && (flags & 0x20) === 0;
}

/** The first entry of a table has an empty key and, as value, a BundleHeaderProto that begins with the number of shards. */
function isTensorFlowIndex({ bytes, text }: FileStart): boolean {
  const [, , length = 0, , shards = 0] = bytes;
  return text.startsWith('\0\0') && length >= 2 && bytes[3] === 0x08 && shards > 0 && shards < 128;
}

/** SavedModel: version 1, then a graph, which is longer than any text that ONNX has in this place. GraphDef: its first node, with name and operator. */
function isTensorFlowGraph({ bytes, text }: FileStart): boolean {
  const isSavedModel = text.startsWith('\x08\x01\x12') && (bytes[3] ?? 0) >= 128;
  const operator = /^..?.?\n.[\w./-]+.{2}(Placeholder|Const|VarHandleOp|VariableV2)/s;
  return isSavedModel || (bytes[0] === 0x0a && operator.test(text));
}

/** A map of up to 15 entries or more, whose first key is a word. */
function isMsgpack({ bytes, text }: FileStart): boolean {
  const [first = 0] = bytes;
  const keyAt = first === 0xde ? 3 : 1;
  const length = (bytes[keyAt] ?? 0) & 0x1f;
  const isMap = (first > 0x80 && first <= 0x8f) || first === 0xde;
  const hasKey = ((bytes[keyAt] ?? 0) & 0xe0) === 0xa0 && length > 0;
  return isMap && hasKey && /^\w+$/.test(text.slice(keyAt + 1, keyAt + 1 + length));
}

/** Bytes of text: tab and line ends, and all that is printable in ASCII or a part of UTF-8. */
function isTextByte(byte: number): boolean {
  return byte === 9 || byte === 10 || byte === 13 || (byte >= 32 && byte !== 127);
}

/** Text as people write it, of some length. */
function isText({ bytes, text }: FileStart): boolean {
  return bytes.length >= 8 && bytes.every(isTextByte) && /[\n:={]/.test(text);
}

/** In order: the first that fits is what the file is. */
const signatures: readonly (readonly [FileKind, (start: FileStart) => boolean])[] = [
  // First: its length may begin with the bytes of another's mark.
  ['safetensors', isSafetensors],
  ['torch-legacy', startsWith('\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2e')],
  ['zip', startsWith('PK\x03\x04', 'PK\x05\x06')],
  ['npy', startsWith('\x93NUMPY')],
  ['lfs-pointer', startsWith('version https://git-lfs')],
  ['hdf5', startsWith('\x89HDF\r\n')],
  ['gzip', startsWith('\x1f\x8b\x08')],
  ['zstd', startsWith('\x28\xb5\x2f\xfd')],
  ['xz', startsWith('\xfd7zXZ')],
  ['bzip2', startsWith('BZh')],
  ['7z', startsWith('7z\xbc\xaf')],
  ['lz4', startsWith('\x04\x22\x4d\x18')],
  ['zlib', isZlib],
  ['tensorrt', startsWith('ptrt', 'ftrt')],
  ['gguf', startsWith('GGUF')],
  ['tflite', ({ text }) => text.slice(4, 8) === 'TFL3'],
  ['mxnet', startsWith('\x12\x01\0\0\0\0\0\0')],
  ['pickle', ({ bytes }) => bytes[0] === 0x80 && (bytes[1] ?? 255) <= 5],
  ['tar', ({ text }) => text.slice(257, 262) === 'ustar'],
  ['pdiparams', isPdiparams],
  ['tensorflow-index', isTensorFlowIndex],
  ['tensorflow-graph', isTensorFlowGraph],
  ['onnx', isOnnx],
  ['openvino', ({ text }) => /^(\xef\xbb\xbf)?\s*<\?xml[^>]*>\s*<net\s/.test(text)],
  ['web-page', ({ text }) => /^(\xef\xbb\xbf)?\s*<(!doctype|html|\?xml|!--|head|body)/i.test(text)],
  ['text-pickle', ({ text }) => /^(c[\w.]+\n[\w.]+\n|\((dp|lp|i[\w.]+\n))/.test(text)],
  ['paddle-program', startsWith('{"base_code":{"magic":"pir"')],
  ['json', (start) => isText(start) && /^(\xef\xbb\xbf)?\s*[{[]/.test(start.text)],
  ['text', isText],
  ['flax', isMsgpack],
];

/** Formats without a mark of their own, by the names that their programs give. */
const names: readonly (readonly [FileKind, RegExp])[] = [
  ['tensorflow-data', /\.data-\d{5}-of-\d{5}$/],
  ['tensorflow-index', /\.index$/i],
  ['tensorflow-graph', /\.pb$/i],
  ['tensorrt', /\.(engine|plan|trt)$/i],
  ['caffe', /\.caffemodel$/i],
  ['flax', /\.msgpack$/i],
  ['paddle-program', /\.pdmodel$/i],
];

/** What a file is by its first `signatureBytes`; only where they say nothing its name is asked. */
export function recogniseFile(bytes: Uint8Array, name = ''): FileKind {
  const start = { bytes, text: byteString(bytes) };
  const byContent = signatures.find(([, matches]) => matches(start))?.[0];
  return byContent ?? names.find(([, pattern]) => pattern.test(name))?.[0] ?? 'unknown';
}
