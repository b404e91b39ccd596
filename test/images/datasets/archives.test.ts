import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { DiagnosticError } from '../../../src/diagnostics/diagnostic.ts';
import {
  type Dataset,
  digestContents,
  spreadIndices,
} from '../../../src/images/datasets/dataset.ts';
import { openDataset } from '../../../src/images/datasets/open-dataset.ts';
import { createPictureFolders } from '../../helpers/picture-folders.ts';
import { paxLine, tar } from '../../helpers/tar-parts.ts';
import { zip } from '../../helpers/zip-parts.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/images');
const digits = join(import.meta.dirname, '../../../examples/digits/test.zip');
const folders = createPictureFolders();
afterAll(() => folders.remove());

const open = (path: string, classes = 3): Promise<Dataset> =>
  openDataset(path, { classes, labelled: true });
const listing = ({ images }: Dataset) => images.map(({ name, label }) => `${name} ${label}`);

async function failureOf(dataset: Promise<unknown>) {
  const error = await dataset.catch((thrown: unknown) => thrown);
  if (!(error instanceof DiagnosticError)) throw error;
  return error.diagnostics[0];
}

function write(name: string, bytes: Uint8Array): string {
  const path = join(folders.root, name);
  writeFileSync(path, bytes);
  return path;
}

const long = `${'very-long-name-'.repeat(12)}.png`;
const source = folders.make(['0/a.png', `1/${long}`, '2/ü.png']);
const hasTar = spawnSync('tar', ['--version']).stdout?.includes('GNU') ?? false;

function pack(format: string, name: string, ...paths: string[]): string {
  const path = join(folders.root, name);
  execFileSync('tar', [`--format=${format}`, '-caf', path, '-C', source, ...paths]);
  return path;
}

describe.skipIf(!hasTar)('tar (needs GNU tar)', () => {
  it.each([
    ['gnu', 'set.tar', '.'],
    ['pax', 'pax.tar', '.'],
    ['gnu', 'set.tar.gz', '.'],
    ['pax', 'plain-names.tgz', '0', '1', '2'],
  ])('%s as %s is read as the folder is', async (format, name, ...paths) => {
    const archive = await open(pack(format, name, ...paths));
    const folder = await open(source);
    expect(listing(archive)).toEqual(listing(folder));
    expect(archive.digest).toBe(folder.digest);
    const all = spreadIndices(folder);
    expect(await digestContents(archive, all)).toBe(await digestContents(folder, all));
    expect((await archive.decode(2)).width).toBe(23);
    await archive.close();
  });
  it('leaves nothing of an unpacked archive', async () => {
    const temporary = mkdtempSync(join(folders.root, 'temporary-'));
    const packed = pack('gnu', 'temporary.tar.gz', '.');
    vi.stubEnv('TMPDIR', temporary);
    const archive = await open(packed);
    expect(readdirSync(temporary)).toHaveLength(1);
    await archive.close();
    vi.unstubAllEnvs();
    expect(readdirSync(temporary)).toEqual([]);
  });
  it('tells where an archive was cut', async () => {
    const whole = readFileSync(pack('gnu', 'whole.tar', '.'));
    const failure = await failureOf(open(write('cut.tar', whole.subarray(0, 2600))));
    expect(failure).toMatchObject({ code: 'dataset-malformed' });
    expect(failure?.message).toContain('cut.tar');
    const packed = gzipSync(whole);
    const cut = await failureOf(open(write('cut.tar.gz', packed.subarray(0, packed.length / 2))));
    expect(cut).toMatchObject({ code: 'dataset-malformed' });
    expect(gunzipSync(packed)).toHaveLength(whole.length);
  });
  it('tells where an archive is overwritten', async () => {
    const whole = readFileSync(pack('gnu', 'broken.tar', '.'));
    whole.fill(7, 1024, 1536);
    const failure = await failureOf(open(write('broken2.tar', whole)));
    expect(failure).toMatchObject({ code: 'dataset-malformed' });
  });
});

describe('tar', () => {
  const bytes = readFileSync(join(fixtures, 'small.png'));
  const withSize = (size: string) =>
    tar(
      { path: 'pax', type: 'ExtendedHeader', bytes: Buffer.from(paxLine('size', size)) },
      { path: '0/a.png', bytes },
    );
  it('takes the size of a file from the header before its own', async () => {
    const dataset = await open(write('pax-size.tar', withSize(String(bytes.length))));
    expect(await dataset.decode(0)).toMatchObject({ width: 23, height: 31 });
    await dataset.close();
  });
  it.each([
    ['1.5', 'a file of 1.5 bytes'],
    ['1e99', 'a file of 1e+99 bytes'],
    ['4096000', 'it ends early'],
  ])('is damaged where a file has %s bytes', async (size, reason) => {
    const failure = await failureOf(open(write('odd-size.tar', withSize(size))));
    expect(failure).toMatchObject({ code: 'dataset-malformed' });
    expect(failure?.message).toContain(reason);
  });
  it('is damaged where a number of a header cannot be read', async () => {
    const damaged = Uint8Array.from(tar({ path: '0/a.png', bytes }));
    damaged.fill(0xff, 124, 136);
    damaged[124] = 0x80;
    const failure = await failureOf(open(write('number.tar', damaged)));
    expect(failure?.message).toContain('no header at 0');
  });
});

describe('zip', () => {
  const png = readFileSync(join(fixtures, 'small.png'));
  it('is read in the order of the names', async () => {
    const path = write(
      'set.zip',
      zip(
        { path: '2/b.png', bytes: png },
        { path: '__MACOSX/2/._b.png', bytes: png.subarray(0, 9) },
        { path: '0/a.png', bytes: png },
      ),
    );
    const dataset = await open(path);
    expect(listing(dataset)).toEqual(['0/a.png 0', '2/b.png 2']);
    expect(await dataset.decode(1)).toMatchObject({ width: 23, height: 31 });
    await dataset.close();
  });
  it('has its checksums looked at', async () => {
    const path = write('sum.zip', zip({ path: '0/a.png', bytes: png, checksum: 1 }));
    const dataset = await open(path);
    expect((await failureOf(dataset.decode(0)))?.message).toContain('checksum');
    await dataset.close();
  });
  it('may not hold a path twice', async () => {
    const entry = { path: '0/a.png', bytes: png };
    const failure = await failureOf(open(write('twice.zip', zip(entry, entry))));
    expect(failure?.code).toBe('dataset-malformed');
  });
  it('may not be cut', async () => {
    const bytes = zip({ path: '0/a.png', bytes: png });
    const failure = await failureOf(open(write('cut.zip', bytes.subarray(0, 200))));
    expect(failure?.code).toBe('dataset-malformed');
  });
  it('holds the digits', async () => {
    expect(existsSync(digits)).toBe(true);
    const dataset = await open(digits, 10);
    const counts = Array.from(
      { length: 10 },
      (_, digit) => dataset.images.filter(({ label }) => label === digit).length,
    );
    expect(counts.reduce((sum, count) => sum + count)).toBe(400);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(38);
    expect(await dataset.decode(399)).toMatchObject({ width: 8, height: 8 });
    await dataset.close();
  });
});

describe('npz', () => {
  it('of gray pictures', async () => {
    const dataset = await open(join(fixtures, 'set-gray.npz'), 5);
    expect(listing(dataset)).toEqual(['0 4', '1 3', '2 2', '3 1', '4 0']);
    expect(await dataset.decode(1)).toMatchObject({ width: 8, height: 6, channels: 1 });
    expect(await dataset.readBytes(1)).toHaveLength(48);
  });
  it('of pictures in colour', async () => {
    const dataset = await open(join(fixtures, 'set-color.npz'));
    expect(listing(dataset)).toEqual(['0 0', '1 2', '2 1']);
    expect(await dataset.decode(2)).toMatchObject({ width: 8, height: 6, channels: 3 });
  });
  it('is refused where it holds something else', async () => {
    const numbers = await failureOf(open(join(fixtures, 'mistakes.npz')));
    expect(numbers?.code).toBe('dataset-arrays');
    expect(numbers?.message).toContain('no array `images`, only right, ');
    const classes = await failureOf(open(join(fixtures, 'set-gray.npz')));
    expect(classes?.code).toBe('dataset-list-range');
  });
});

describe('what is no data set', () => {
  it.each([
    ['one picture', join(fixtures, 'small.png'), 'one picture'],
    ['a text', join(fixtures, 'scene.py'), 'something else'],
  ])('%s', async (_, path, found) => {
    const failure = await failureOf(open(path));
    expect(failure?.code).toBe('dataset-format');
    expect(failure?.message).toContain(found);
  });
  it('an archive of another kind', async () => {
    const failure = await failureOf(open(write('a.tar.xz', Buffer.from('\xfd7zXZ\0', 'latin1'))));
    expect(failure?.message).toContain('compressed with xz');
  });
});

describe('spreadIndices', () => {
  it('takes pictures from everywhere, each once', async () => {
    const dataset = await open(digits, 10);
    const indices = spreadIndices(dataset, 100);
    expect(new Set(indices).size).toBe(100);
    expect(new Set(indices.map((index) => dataset.images[index]?.label)).size).toBe(10);
    expect(spreadIndices(dataset, 1000)).toHaveLength(400);
    expect(spreadIndices(dataset)[399]).toBe(399);
    await dataset.close();
  });
});
