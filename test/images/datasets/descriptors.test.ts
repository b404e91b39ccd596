import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { openNpyData } from '../../../src/calibration/npy-data.ts';
import { openDataset } from '../../../src/images/datasets/open-dataset.ts';
import { expectDiagnosticError } from '../../helpers/damage.ts';
import { openBelow, tellsDescriptors } from '../../helpers/descriptors.ts';
import { createPictureFolders } from '../../helpers/picture-folders.ts';
import { tar } from '../../helpers/tar-parts.ts';
import { zip } from '../../helpers/zip-parts.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/images');
const png = readFileSync(join(fixtures, 'small.png'));
const folders = createPictureFolders();
afterAll(() => folders.remove());

const entry = { path: '0/a.png', bytes: png };
const other = { path: '1/b.png', bytes: png };

/** Overwrites bytes of a file. */
function damaged(bytes: Uint8Array, at: number, ...by: readonly number[]): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy.set(by, at < 0 ? bytes.length + at : at);
  return copy;
}

function write(name: string, bytes: Uint8Array): string {
  const path = join(folders.root, name);
  writeFileSync(path, bytes);
  return path;
}

/** Waits until nothing is open, as libraries close in a later turn. */
async function expectNothingOpen(): Promise<void> {
  for (let i = 0; i < 100 && openBelow(folders.root).length > 0; i++) await wait(10);
  expect(openBelow(folders.root)).toEqual([]);
}

const pair = zip(entry, other);
const tarred = tar(entry, other);
const failing: Readonly<Record<string, Uint8Array>> = {
  'no-directory.zip': pair.subarray(0, 200),
  // The end of the directory, and the signature of its first entry.
  'directory.zip': damaged(pair, -6, 0xff, 0xff),
  'entry.zip': damaged(pair, pair.length - 22 - 2 * (46 + 7), 0),
  'twice.zip': zip(entry, entry),
  'unlabelled.zip': zip({ path: 'a.png', bytes: png }),
  'no-pictures.zip': zip({ path: '0/a.txt', bytes: png }),
  'arrays.npz': zip({ path: 'other.npy', bytes: png }),
  'checksum.tar': damaged(tarred, 100, 0x39),
  'number.tar': damaged(tarred, 124, 0x80, 0xff, 0xff, 0xff, 0xff),
  'cut.tar': tarred.subarray(0, 600),
  'unlabelled.tar': tar({ path: 'a.png', bytes: png }),
  'cut.tar.gz': gzipSync(tarred).subarray(0, 100),
  'damaged.tar.gz': damaged(gzipSync(tarred), 60, 0, 0, 0, 0),
  'other.tar.gz': gzipSync(png),
};

describe.skipIf(!tellsDescriptors)('descriptors (needs /proc)', () => {
  it.each(Object.keys(failing))('are closed where %s cannot be opened', async (name) => {
    const path = write(name, failing[name] as Uint8Array);
    const opened = await openDataset(path, { classes: 2, labelled: true }).catch(
      expectDiagnosticError,
    );
    expect(opened).toBeUndefined();
    await expectNothingOpen();
  });

  it.each([
    ['set.tar', tarred],
    ['set.tar.gz', gzipSync(tarred)],
    ['set.zip', pair],
    ['set.npz', readFileSync(join(fixtures, 'set-gray.npz'))],
  ])('are held while %s is open, and closed with it', async (name, bytes) => {
    const dataset = await openDataset(write(name, bytes), { classes: 5, labelled: false });
    expect(await dataset.decode(0)).toBeDefined();
    if (name !== 'set.tar.gz') expect(openBelow(folders.root)).toHaveLength(1);
    await dataset.close();
    await expectNothingOpen();
  });

  it('are closed after a picture that could not be read', async () => {
    const broken = { ...entry, bytes: Uint8Array.of(1, 2, 3), method: 8, size: 9999 };
    const path = write('broken.zip', zip(broken, other));
    const dataset = await openDataset(path, { classes: 2, labelled: true });
    for (let i = 0; i < 3; i++) {
      expect(await dataset.decode(0).catch(expectDiagnosticError)).toBeUndefined();
    }
    expect(openBelow(folders.root)).toHaveLength(1);
    await dataset.close();
    await expectNothingOpen();
  });

  it('are closed where inputs do not fit', async () => {
    const path = write('inputs.npy', png);
    const input = { dataType: 'float32' as const, shape: ['N', 3, 32, 32] as const };
    const opened = await openNpyData(path, input).catch(expectDiagnosticError);
    expect(opened).toBeUndefined();
    await expectNothingOpen();
  });
});
