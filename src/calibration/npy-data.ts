import { basename } from 'node:path';
import type { Shape, TensorType } from '../../codegen/ir/types.ts';
import { type NpyHeader, parseNpyHeader } from '../../codegen/weights/formats/npy.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { closedOnFailure } from '../diagnostics/outside-data.ts';
import { digestBytes } from '../io/digest.ts';
import { createFileByteSource } from '../io/file-byte-source.ts';
import type { CalibrationData } from './data.ts';

function checkHeader(file: string, header: NpyHeader, input: TensorType, sizeBytes: number): void {
  const needed = ['N', ...input.shape.slice(1)];
  const fits = (shape: Shape): boolean =>
    shape.length === needed.length && needed.every((dim, i) => dim === 'N' || dim === shape[i]);
  const plain = header.code === 'f4' && header.byteOrder === 'little' && !header.isColumnMajor;
  const count = header.shape.reduce((product, dim) => product * dim, 4);
  if (
    plain &&
    fits(header.shape) &&
    header.shape[0] !== 0 &&
    header.dataOffset + count === sizeBytes
  ) {
    return;
  }
  const order = header.isColumnMajor ? ' in Fortran order' : '';
  fail('calibration-array', {
    file,
    found: `${header.code} [${header.shape.join(', ')}]${order} in ${sizeBytes} bytes`,
    needed: `little-endian float32 [${needed.join(', ')}] in C order`,
  });
}

/** Inputs stored as an .npy file, float32 [N, C, H, W]; read a batch at a time. Throws DiagnosticError `calibration-array`. */
export async function openNpyData(path: string, input: TensorType): Promise<CalibrationData> {
  const source = createFileByteSource(path, 'calibration data');
  return await closedOnFailure(source, async () => {
    const header = await parseNpyHeader(source);
    checkHeader(path, header, input, source.sizeBytes);
    const [images = 0, ...sizes] = header.shape;
    const imageBytes = sizes.reduce((product, dim) => product * dim, 4);
    return {
      description: `${basename(path)} (${images} ${images === 1 ? 'input' : 'inputs'})`,
      images,
      diagnostics: [],
      digest: () => digestBytes(source),
      async *batches(batch, signal) {
        for (let start = 0; start < images; start += batch) {
          signal?.throwIfAborted();
          const count = Math.min(batch, images - start);
          const offset = header.dataOffset + start * imageBytes;
          const bytes = await source.read(offset, count * imageBytes);
          yield { dataType: 'float32' as const, shape: [count, ...sizes], bytes };
        }
      },
      unreadable: () => [],
      close: async () => source.close(),
    };
  });
}
