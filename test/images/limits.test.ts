import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { encodeNpy } from '../../codegen/weights/formats/npy.ts';
import { mostUnpackedBytes } from '../../src/diagnostics/outside-data.ts';
import { openDataset } from '../../src/images/datasets/open-dataset.ts';
import { decodePicture } from '../../src/images/decode.ts';
import { expectDiagnostic } from '../helpers/byte-sources.ts';
import { createPictureFolders } from '../helpers/picture-folders.ts';
import { blackPng } from '../helpers/png-parts.ts';
import { zip } from '../helpers/zip-parts.ts';

const folders = createPictureFolders();
afterEach(() => vi.unstubAllEnvs());
afterAll(() => folders.remove());

function write(name: string, bytes: Uint8Array): string {
  const path = join(folders.root, name);
  writeFileSync(path, bytes);
  return path;
}

const mebibyte = 2 ** 20;

describe('pixels of a picture', () => {
  it('may be 16 million, however small the file', async () => {
    const { width, height, data } = await decodePicture(blackPng(4096, 4096), 'black.png');
    expect([width, height, data.length]).toEqual([4096, 4096, 3 * 4096 ** 2]);
  });

  it.each([
    [
      '16 million in a small file',
      blackPng(4096, 4097),
      '16777216 pixels, the most that a file of',
    ],
    [
      '67 million in any file',
      blackPng(8192, 8193, new Uint8Array(3 * mebibyte)),
      '67108864 pixels, the most that a picture may have',
    ],
  ])('may not be more than %s', async (_, bytes, reason) => {
    const work = () => decodePicture(bytes, 'bomb.png');
    const { message } = await expectDiagnostic(work, 'image-unreadable');
    expect(message).toContain(`'bomb.png' cannot be read as a picture: it has more than ${reason}`);
  });

  it('may be as many as 32 for each byte of the file', async () => {
    const noise = new Uint8Array(mebibyte);
    const { width } = await decodePicture(blackPng(5000, 5000, noise), 'large.png');
    expect(width).toBe(5000);
  });
});

describe('what an archive unpacks to', () => {
  it('is 64 MiB, or a hundred times its size', () => {
    expect(mostUnpackedBytes(1)).toBe(64 * mebibyte);
    expect(mostUnpackedBytes(mebibyte)).toBe(100 * mebibyte);
  });

  it('is not written where it is more', async () => {
    const path = write('bomb.tar.gz', gzipSync(new Uint8Array(400 * mebibyte)));
    expect(statSync(path).size).toBeLessThan(mebibyte / 2);
    const temporary = join(folders.root, 'temporary');
    mkdirSync(temporary);
    vi.stubEnv('TMPDIR', temporary);
    const work = () => openDataset(path, { classes: 1, labelled: false });
    const { message, hint } = await expectDiagnostic(work, 'dataset-unpacks-too-far');
    expect(message).toContain("bomb.tar.gz' unpacks to more than 64 MiB, 100 times its size.");
    expect(hint).toContain('Unpack it into a folder');
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('is no more than two million pictures of an array', async () => {
    const count = 2 ** 21 + 1;
    const pictures = {
      dataType: 'uint8',
      shape: [count, 1, 1],
      bytes: new Uint8Array(count),
    } as const;
    const labels = { dataType: 'uint8', shape: [count], bytes: new Uint8Array(count) } as const;
    const path = write(
      'many.npz',
      zip(
        { path: 'images.npy', bytes: encodeNpy(pictures) },
        { path: 'labels.npy', bytes: encodeNpy(labels) },
      ),
    );
    const work = () => openDataset(path, { classes: 1, labelled: false });
    const { message } = await expectDiagnostic(work, 'dataset-arrays');
    expect(message).toContain('2097153 pictures; use a folder');
  });

  it('is not inflated where it is more', async () => {
    const zeros = new Uint8Array(200 * mebibyte);
    const part = {
      path: 'a.png',
      bytes: deflateRawSync(zeros),
      method: 8,
      unpackedSize: zeros.length,
    };
    const dataset = await openDataset(write('bomb.zip', zip(part)), {
      classes: 1,
      labelled: false,
    });
    const { message } = await expectDiagnostic(() => dataset.decode(0), 'image-unreadable');
    expect(message).toContain('it unpacks to more than 100 times its size');
    await dataset.close();
  });
});
