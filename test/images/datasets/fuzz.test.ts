import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { encodeNpy } from '../../../codegen/weights/formats/npy.ts';
import { digestContents, spreadIndices } from '../../../src/images/datasets/dataset.ts';
import { openDataset } from '../../../src/images/datasets/open-dataset.ts';
import { decodePicture } from '../../../src/images/decode.ts';
import { applyChange, change, expectDiagnosticError, joinBytes } from '../../helpers/damage.ts';
import { openBelow, tellsDescriptors } from '../../helpers/descriptors.ts';
import { createPictureFolders } from '../../helpers/picture-folders.ts';
import { paxLine, tar } from '../../helpers/tar-parts.ts';
import { zip } from '../../helpers/zip-parts.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/images');
const read = (name: string): Uint8Array => readFileSync(join(fixtures, name));
const png = read('small.png');
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

const folders = createPictureFolders();
const path = join(folders.root, 'archive');
afterAll(() => folders.remove());

/** What a damaged archive of some kilobytes may become in memory. */
const mostBytes = 64 * 2 ** 20;

/** Opens, digests and decodes everything: it ends well or with a diagnostic; any other error is a crash and is thrown. */
async function openAndRead(bytes: Uint8Array): Promise<void> {
  writeFileSync(path, bytes);
  const dataset = await openDataset(path, { classes: 3, labelled: false }).catch(
    expectDiagnosticError,
  );
  if (!dataset) return;
  try {
    const indices = spreadIndices(dataset, 4);
    await digestContents(dataset, indices);
    for (const index of indices) {
      const picture = await dataset.decode(index).catch(expectDiagnosticError);
      const { width = 0, height = 0, channels = 3, data } = picture ?? {};
      expect(data?.length ?? 0).toBe(width * height * channels);
      expect(data?.length ?? 0).toBeLessThan(mostBytes);
    }
  } finally {
    await dataset.close();
  }
}

const array = (shape: readonly number[]): Uint8Array => {
  const bytes = new Uint8Array(shape.reduce((product, size) => product * size, 1));
  return encodeNpy({ dataType: 'uint8', shape, bytes: bytes.map((_, i) => i % 3) });
};
const packed = { bytes: deflateRawSync(png), method: 8, unpackedSize: png.length };
const long = `1/${'long-name-'.repeat(20)}.png`;
const tarred = tar(
  { path: 'pax', type: 'ExtendedHeader', bytes: text(paxLine('path', '0/renamed.png')) },
  { path: '0/a.png', bytes: png },
  { path: '././@LongLink', type: 'NextFileHasLongPath', bytes: text(`${long}\0`) },
  { path: '1/b.png', bytes: png },
);
const archives: Readonly<Record<string, Uint8Array>> = {
  tar: tarred,
  gzip: gzipSync(tarred),
  zip: zip({ path: '0/a.png', bytes: png }, { path: '1/b.png', ...packed }),
  npz: zip(
    { path: 'images.npy', bytes: array([3, 4, 5, 3]) },
    { path: 'labels.npy', bytes: array([3]) },
  ),
};

const block = 512;

/** Makes the checksum of every header right again, so that the rest of it is looked at. */
function withChecksums(bytes: Uint8Array): Uint8Array {
  const result = Uint8Array.from(bytes);
  for (let at = 0; at + block <= result.length; at += block) {
    const isHeader = result.subarray(at + 257, at + 262).join() === text('ustar').join();
    if (!isHeader) continue;
    result.fill(0x20, at + 148, at + 156);
    const sum = result.subarray(at, at + block).reduce((total, byte) => total + byte, 0);
    result.set(text(`${sum.toString(8).padStart(6, '0')}\0 `), at + 148);
  }
  return result;
}

const changes = fc.array(change, { minLength: 1, maxLength: 4 });

describe('no archive of pictures can crash, hang or fill memory', () => {
  test.each(Object.entries(archives))('%s, damaged', async (_, whole) => {
    await openAndRead(whole);
    await fc.assert(
      fc.asyncProperty(changes, async (damage) => {
        await openAndRead(damage.reduce(applyChange, whole));
      }),
      { numRuns: 150 },
    );
  });

  test('tar, with right checksums over wrong headers', async () => {
    const odd = fc.constantFrom('-1', '1.5', '1e99', 'NaN', '99999999999999999', '', '0x10', '5');
    const field = fc.record({
      at: fc.nat({ max: block - 1 }),
      bytes: fc.uint8Array({ maxLength: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(odd, fc.array(field, { maxLength: 3 }), async (size, fields) => {
        const pax = text(paxLine('size', size));
        const bytes = tar(
          { path: 'pax', type: 'ExtendedHeader', bytes: pax },
          { path: '0/a.png', bytes: png },
        );
        for (const { at, bytes: by } of fields)
          bytes.set(by.subarray(0, block - at), 2 * block + at);
        await openAndRead(withChecksums(bytes));
      }),
      { numRuns: 200 },
    );
  });

  test('gzip of a damaged tar', async () => {
    await fc.assert(
      fc.asyncProperty(changes, async (damage) => {
        await openAndRead(gzipSync(withChecksums(damage.reduce(applyChange, tarred))));
      }),
      { numRuns: 60 },
    );
  });

  test('arrays of any shape', async () => {
    const size = fc.oneof(fc.nat({ max: 4 }), fc.constantFrom(2 ** 21, 2 ** 31, 2 ** 53));
    const shape = fc.array(size, { maxLength: 5 });
    const header = (sizes: readonly number[]) =>
      joinBytes(
        array([0]).subarray(0, 10),
        text(
          `{'descr': '|u1', 'fortran_order': False, 'shape': (${sizes.join(', ')},)}`.padEnd(117),
        ),
        text('\n'),
      );
    await fc.assert(
      fc.asyncProperty(shape, shape, async (images, labels) => {
        const rest = new Uint8Array(64);
        await openAndRead(
          zip(
            { path: 'images.npy', bytes: joinBytes(header(images), rest) },
            { path: 'labels.npy', bytes: joinBytes(header(labels), rest) },
          ),
        );
      }),
      { numRuns: 100 },
    );
  });
});

test.skipIf(!tellsDescriptors)('none of them is left open (needs /proc)', async () => {
  for (let i = 0; i < 100 && openBelow(folders.root).length > 0; i++) await wait(10);
  expect(openBelow(folders.root)).toEqual([]);
});

describe('no picture can crash, hang or fill memory', () => {
  const names = ['420.jpg', 'small.png', 'lossless.webp', 'turned.jpg', 'deep.png'];
  test.each(names)('%s, damaged', async (name) => {
    const whole = read(name);
    await fc.assert(
      fc.asyncProperty(changes, async (damage) => {
        const picture = await decodePicture(damage.reduce(applyChange, whole), name).catch(
          expectDiagnosticError,
        );
        if (picture) expect(picture.data.length).toBe(picture.width * picture.height * 3);
      }),
      { numRuns: 60 },
    );
  });
});
