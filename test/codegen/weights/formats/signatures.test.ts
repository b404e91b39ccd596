import { describe, expect, it } from 'vitest';
import { recogniseFile } from '../../../../codegen/weights/formats/signatures.ts';

/** Characters as bytes, zeros behind them. */
const bytes = (text: string, length = 64) =>
  Uint8Array.from({ length }, (_, i) => text.charCodeAt(i) || 0);
const exact = (text: string) => bytes(text, text.length);
const pdiparams = (...changes: readonly (readonly [number, number])[]) => {
  const head = new Uint8Array(64);
  head.set([5, 0, 0, 0, 0x08, 0x05, 0x10], 16);
  for (const [at, byte] of changes) head[at] = byte;
  return head;
};

describe('recogniseFile', () => {
  it.each([
    ['safetensors', bytes('\x10\0\0\0\0\0\0\0{"a"')],
    // Its length may begin with another's mark.
    ['safetensors', bytes('\x80\x02\0\0\0\0\0\0{"a"')],
    ['safetensors', exact('\x02\0\0\0\0\0\0\0{')],
    ['unknown', exact('\x02\0\0\0\0\0\0\0')],
    ['unknown', bytes('\x10\0\0\0\0\0\0\0["a"')],
    ['unknown', bytes('\x10\0\0\0\x01\0\0\0{"a"')],
    ['unknown', bytes('\x10\0\0\0\0\0\0\x01{"a"')],
    ['torch-legacy', bytes('\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2e')],
    ['pickle', bytes('\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x00')],
    ['pickle', bytes('\x80\x05}')],
    ['pickle', bytes('\x80\x00}')],
    ['unknown', bytes('\x80\x06}')],
    ['unknown', bytes('\x81\x02}')],
    ['unknown', exact('\x80')],
    ['zip', bytes('PK\x03\x04')],
    ['zip', bytes('PK\x05\x06')],
    ['unknown', bytes('PK\x01\x02')],
    ['npy', bytes('\x93NUMPY\x01')],
    ['lfs-pointer', bytes('version https://git-lfs.github.com/spec/v1')],
    ['hdf5', bytes('\x89HDF\r\n\x1a\n')],
    ['compressed', bytes('\x1f\x8b\x08')],
    ['compressed', bytes('\x28\xb5\x2f\xfd')],
    ['compressed', bytes('\xfd7zXZ')],
    ['compressed', bytes('BZh9')],
    ['compressed', bytes('7z\xbc\xaf')],
    ['tar', bytes(`${'x'.repeat(257)}ustar`, 512)],
    ['unknown', bytes(`${'x'.repeat(258)}ustar`, 512)],
    ['pdiparams', pdiparams()],
    ['unknown', pdiparams([15, 1])],
    ['unknown', pdiparams([16, 0])],
    ['unknown', pdiparams([17, 1])],
    ['unknown', pdiparams([19, 1])],
    ['unknown', pdiparams([20, 9])],
    ['unknown', pdiparams([22, 9])],
    ['pdiparams', pdiparams().subarray(0, 23)],
    ['unknown', pdiparams().subarray(0, 22)],
    ['onnx', bytes('\x08\x07\x12\x03rcc')],
    ['onnx', bytes('\x08\x01\x3a')],
    ['onnx', bytes('\x08\x20\x72')],
    ['unknown', bytes('\x08\x00\x12')],
    ['unknown', bytes('\x08\x21\x12')],
    ['unknown', bytes('\x08\x07\x13')],
    ['unknown', bytes('\x0a\x07\x12')],
    ['web-page', bytes('<!DOCTYPE html>')],
    ['web-page', bytes('\xef\xbb\xbf \n<html>')],
    ['web-page', bytes('<?xml version')],
    ['web-page', bytes('<!-- x -->')],
    ['web-page', bytes('<HEAD>')],
    ['web-page', bytes('<body>')],
    ['unknown', bytes('text <html>')],
    ['text-pickle', bytes('ccollections\nOrderedDict\n')],
    ['text-pickle', bytes('(dp0\n')],
    ['text-pickle', bytes('(lp0\n')],
    ['text-pickle', bytes('(ia.b\n')],
    ['unknown', bytes(' (dp0\n')],
    ['unknown', bytes('c\nOrderedDict\n')],
    ['unknown', new Uint8Array(0)],
    ['unknown', new Uint8Array(64)],
  ] as const)('%s: %j', (kind, start) => {
    expect(recogniseFile(start)).toBe(kind);
  });
});
