import { describe, expect, it } from 'vitest';
import { openZip } from '../../../../codegen/weights/formats/zip-archive.ts';
import { expectDiagnostic, memorySource } from '../../../helpers/byte-sources.ts';
import { type ZipPart, zip } from '../../../helpers/zip-parts.ts';

const twelve = Uint8Array.from({ length: 12 }, (_, i) => 7 * i);
const parts: readonly ZipPart[] = ['x/a', 'x/b', 'x/c'].map((path, i) => ({
  path,
  bytes: twelve.map((byte) => byte + i),
}));
/** Bytes of an entry with its local header. */
const entryBytes = 30 + 3 + 12;

async function entryOf(bytes: Uint8Array, path: string) {
  const entry = (await openZip(memorySource(bytes))).get(path);
  if (!entry) throw new Error(`no ${path}`);
  return entry;
}

async function refusalOf(work: () => unknown): Promise<string> {
  return (await expectDiagnostic(work, 'weights-zip-malformed')).message;
}

/** The archive with one part changed. */
function changed(index: number, over: Partial<ZipPart>): Uint8Array {
  return zip(...parts.map((part, i) => (i === index ? { ...part, ...over } : part)));
}

/** The archive with a number of 16 bits written over, counted from the start or from the end. */
function patched(at: number, value: number): Uint8Array {
  const bytes = Buffer.from(zip(...parts));
  bytes.writeUInt16LE(value, at < 0 ? bytes.length + at : at);
  return bytes;
}

describe('entries', () => {
  it('are files with the bytes that they were stored with', async () => {
    const entries = await openZip(memorySource(zip(...parts)));
    for (const { path, bytes } of parts) {
      const entry = entries.get(path);
      expect(entry).toMatchObject({ name: 'memory.bin', path, sizeBytes: 12 });
      expect(await entry?.read(0, 12)).toEqual(bytes);
    }
  });

  it('may stand in the index in another order than in the file', async () => {
    const bytes = Buffer.from(zip(...parts));
    const recordBytes = 46 + 3;
    const [first, second, third] = [0, 1, 2].map((i) =>
      Buffer.from(bytes.subarray(3 * entryBytes + i * recordBytes).subarray(0, recordBytes)),
    );
    for (const order of [
      [first, third, second],
      [third, second, first],
      [second, third, first],
    ]) {
      bytes.set(Buffer.concat(order as Buffer[]), 3 * entryBytes);
      for (const part of parts) {
        expect(await (await entryOf(bytes, part.path)).read(0, 12)).toEqual(part.bytes);
      }
    }
  });

  it('are no folders', async () => {
    const folder = { path: 'x/', bytes: new Uint8Array() };
    const entries = await openZip(memorySource(zip(folder, ...parts)));
    expect([...entries.keys()]).toEqual(['x/a', 'x/b', 'x/c']);
  });

  it('are read inside their bounds', async () => {
    const entry = await entryOf(zip(...parts), 'x/b');
    await expect(entry.read(-1, 4)).rejects.toThrow();
    await expect(entry.read(8, 5)).rejects.toThrow();
    expect(await entry.read(8, 4)).toEqual(parts[1]?.bytes.subarray(8));
  });

  it.each([1_048_576, 2_500_000])('of %i bytes are checked to their end', async (length) => {
    const bytes = Uint8Array.from({ length }, (_, i) => i % 251);
    const sound = zip({ path: 'x/a', bytes });
    await (await entryOf(sound, 'x/a')).verify();
    sound.set([99], 30 + 3 + length - 1);
    const damaged = await entryOf(sound, 'x/a');
    await expectDiagnostic(() => damaged.verify(), 'weights-zip-checksum');
  });

  it('are sound whatever was read twice on the way to their end', async () => {
    const entry = await entryOf(zip(...parts), 'x/a');
    for (const [offset, length] of [
      [0, 8],
      [2, 2],
      [4, 8],
      [0, 12],
    ] as const) {
      expect(await entry.read(offset, length)).toEqual(twelve.subarray(offset, offset + length));
    }
  });

  it('are checked anew by who begins anew', async () => {
    const bytes = zip(...parts);
    const entry = await entryOf(bytes, 'x/a');
    await entry.read(0, 8);
    bytes.set([1], 30 + 3);
    await expectDiagnostic(() => entry.read(0, 12), 'weights-zip-checksum');
  });
});

describe('an archive that contradicts itself', () => {
  const overlaps = (path: string) => `archive: '${path}' overlaps what follows it.`;

  it.each([
    ['x/a', 0],
    ['x/b', 1],
  ] as const)('%s ends where the next begins, and not a byte later', async (path, index) => {
    // Three bytes between them that belong to none.
    const roomy = (size: number) => {
      const bytes = new Uint8Array(15);
      return changed(index, { bytes, size });
    };
    expect((await entryOf(roomy(15), path)).sizeBytes).toBe(15);
    expect(await refusalOf(() => openZip(memorySource(roomy(16))))).toContain(overlaps(path));
  });

  it('the last ends inside of the file', async () => {
    const bytes = zip(...parts);
    const room = bytes.length - 2 * entryBytes - 33;
    expect((await entryOf(changed(2, { size: room }), 'x/c')).sizeBytes).toBe(room);
    const work = () => openZip(memorySource(changed(2, { size: room + 1 })));
    expect(await refusalOf(work)).toContain(overlaps('x/c'));
  });

  it('two begin at one place', async () => {
    const work = () => openZip(memorySource(changed(1, { headerOffset: 0 })));
    expect(await refusalOf(work)).toContain(overlaps('x/a'));
  });

  it('a longer extra field moves the data into the next entry', async () => {
    const entry = await entryOf(patched(28, 1), 'x/a');
    expect(await refusalOf(() => entry.read(0, 1))).toContain(overlaps('x/a'));
  });

  it('a local header is none', async () => {
    const entry = await entryOf(patched(entryBytes, 0), 'x/b');
    expect(await refusalOf(() => entry.read(0, 1))).toContain("'x/b' has no local header");
  });

  it.each([
    ['a name twice', changed(1, { path: 'x/a' }), "'x/a' is there twice"],
    // Twelve bytes of a key stand before the content.
    ['a secret', changed(1, { flags: 0x0801, unpackedSize: 0 }), "'x/b' is encrypted"],
    ['an index of 20 001', patched(-12, 20_001), '20001 entries'],
    [
      'no index',
      zip(...parts).subarray(0, 100),
      'End of central directory record signature not found',
    ],
  ])('%s: it says what is wrong', async (_, bytes, reason) => {
    expect(await refusalOf(() => openZip(memorySource(bytes)))).toContain(`archive: ${reason}.`);
  });

  it('an index of 20 000 is read to its end', async () => {
    const work = () => openZip(memorySource(patched(-12, 20_000)));
    await expectDiagnostic(work, 'weights-truncated');
  });
});
