import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { decodePicture } from '../../src/images/decode.ts';
import { differenceOf, readArrays } from '../helpers/arrays.ts';

const fixtures = join(import.meta.dirname, '../fixtures/images');
const read = (name: string) => readFileSync(join(fixtures, name));
const decode = (name: string, options = {}) => decodePicture(read(name), name, options);

async function refusalOf(bytes: Uint8Array): Promise<string> {
  const error = await decodePicture(bytes, 'bad').catch((thrown: unknown) => thrown);
  if (!(error instanceof DiagnosticError)) throw error;
  expect(error.diagnostics[0]?.code).toBe('image-unreadable');
  return error.diagnostics[0]?.message ?? '';
}

const decoded = await readArrays(join(fixtures, 'decoded.npz'));
const paddleclas = await readArrays(join(fixtures, 'paddleclas.npz'));

describe('pixels are those of Pillow', () => {
  it('has every kind of file', () => {
    expect(decoded.size).toBe(20);
  });
  it.each([...decoded.keys()])('%s', async (name) => {
    const picture = await decode(name);
    const expected = decoded.get(name);
    expect([picture.height, picture.width, 3]).toEqual(expected?.shape);
    expect(differenceOf(picture.data, expected?.bytes ?? [])).toEqual({ max: 0, mean: 0 });
  });
});

describe('where Pillow is not followed', () => {
  it('keeps the upper 8 bits of 16-bit gray, as OpenCV', async () => {
    const { data } = await decode('deep-gray.png');
    expect(differenceOf(data, paddleclas.get('deep-gray.png')?.bytes ?? []).max).toBe(0);
  });
});

describe('EXIF orientation', () => {
  it('is told and not applied', async () => {
    expect(await decode('turned.jpg')).toMatchObject({ width: 61, height: 46, orientation: 6 });
    expect(await decode('420.jpg')).toMatchObject({ orientation: 1 });
  });
  it('is applied on demand, as OpenCV does', async () => {
    const picture = await decode('turned.jpg', { upright: true });
    expect(picture).toMatchObject({ width: 46, height: 61, orientation: 6 });
    expect(differenceOf(picture.data, paddleclas.get('turned.jpg')?.bytes ?? []).max).toBe(0);
  });
});

describe('what is no picture', () => {
  const refused: readonly string[] = JSON.parse(read('refused.json').toString());
  it('is refused where Pillow refuses it', async () => {
    expect(refused).toEqual(['truncated.jpg', 'truncated.png', 'truncated.webp']);
    for (const name of refused) expect(await refusalOf(read(name))).toContain("'bad'");
  });
  it.each([
    ['an empty file', new Uint8Array(), 'it is empty'],
    ['a GIF', read('other.gif'), 'it is a GIF, not JPEG, PNG or WebP'],
    ['a text', Buffer.from('not a picture'), 'it is something else, not JPEG, PNG or WebP'],
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'something else'],
    ['a header alone', read('420.jpg').subarray(0, 12), 'cannot be read as a picture: '],
  ])('%s', async (_, bytes, reason) => {
    expect(await refusalOf(bytes)).toContain(reason);
  });
  it('refuses a picture of too many pixels before it takes memory for them', async () => {
    const bomb = Buffer.from(read('rgb.png'));
    bomb.writeUInt32BE(60_000, 16);
    bomb.writeUInt32BE(60_000, 20);
    bomb.writeUInt32BE(crc32(bomb.subarray(12, 29)), 29);
    // Decoded, it would be a picture that ends early.
    const reason = `it has more than 16777216 pixels, the most that a file of ${bomb.length} bytes`;
    expect(await refusalOf(bomb)).toContain(reason);
  });
});
