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
  | 'compressed'
  | 'onnx'
  | 'hdf5'
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

/** In order: the first that fits is what the file is. */
const signatures: readonly (readonly [FileKind, (start: FileStart) => boolean])[] = [
  // First: its length may begin with the bytes of another's mark.
  ['safetensors', isSafetensors],
  ['torch-legacy', startsWith('\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2e')],
  ['zip', startsWith('PK\x03\x04', 'PK\x05\x06')],
  ['npy', startsWith('\x93NUMPY')],
  ['lfs-pointer', startsWith('version https://git-lfs')],
  ['hdf5', startsWith('\x89HDF\r\n')],
  ['compressed', startsWith('\x1f\x8b\x08', '\x28\xb5\x2f\xfd', '\xfd7zXZ', 'BZh', '7z\xbc\xaf')],
  ['pickle', ({ bytes }) => bytes[0] === 0x80 && (bytes[1] ?? 255) <= 5],
  ['tar', ({ text }) => text.slice(257, 262) === 'ustar'],
  ['pdiparams', isPdiparams],
  ['onnx', isOnnx],
  ['web-page', ({ text }) => /^(\xef\xbb\xbf)?\s*<(!doctype|html|\?xml|!--|head|body)/i.test(text)],
  ['text-pickle', ({ text }) => /^(c[\w.]+\n[\w.]+\n|\((dp|lp|i[\w.]+\n))/.test(text)],
];

/** What a file is by its first `signatureBytes`; its name is not asked. */
export function recogniseFile(bytes: Uint8Array): FileKind {
  const start = { bytes, text: byteString(bytes) };
  return signatures.find(([, matches]) => matches(start))?.[0] ?? 'unknown';
}
