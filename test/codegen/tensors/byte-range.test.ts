import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  checkRange,
  readRange,
  sliceSource,
  windowedSource,
} from '../../../codegen/tensors/byte-range.ts';
import { createFileByteSource } from '../../../src/io/file-byte-source.ts';
import { expectDiagnostic, memorySource } from '../../helpers/byte-sources.ts';

const content = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7 + (i >> 8)) & 255);
const slice = (offset: number, length: number) => [...content.subarray(offset, offset + length)];

describe('a range', () => {
  it.each([
    [0, 0],
    [0, 100_000],
    [99_999, 1],
    [100_000, 0],
  ])('from %i of %i bytes is there', async (offset, length) => {
    expect([...(await readRange(memorySource(content), offset, length))]).toEqual(
      slice(offset, length),
    );
  });

  it.each([
    [0, 100_001],
    [99_999, 2],
    [100_001, 0],
    [-1, 1],
    [5, -1],
  ])('from %i of %i bytes is not', async (offset, length) => {
    const work = () => checkRange(memorySource(content), offset, length);
    const { message } = await expectDiagnostic(work, 'weights-truncated');
    expect(message).toContain('memory.bin');
    expect(message).toContain('100000');
  });
});

describe('sliceSource', () => {
  it('counts from its own start', async () => {
    const part = sliceSource(memorySource(content), 1000, 50);
    expect([part.name, part.sizeBytes]).toEqual(['memory.bin', 50]);
    expect([...(await part.read(0, 50))]).toEqual(slice(1000, 50));
    expect([...(await part.read(49, 1))]).toEqual(slice(1049, 1));
  });

  it('gives nothing from outside, though the file has it', async () => {
    const part = sliceSource(memorySource(content), 1000, 50);
    await expect(part.read(-1, 2)).rejects.toThrow('outside of a slice');
    await expect(part.read(49, 2)).rejects.toThrow('outside of a slice');
    await expectDiagnostic(
      () => sliceSource(memorySource(content), 99_990, 11),
      'weights-truncated',
    );
  });
});

describe('windowedSource', () => {
  it('reads the file once for what lies in one window', async () => {
    const file = memorySource(content);
    const windowed = windowedSource(file, 1000);
    expect([windowed.name, windowed.sizeBytes]).toEqual(['memory.bin', 100_000]);
    for (const [offset, length] of [
      [500, 10],
      [500, 999],
      [1499, 1],
      [700, 100],
    ] as const) {
      expect([...(await windowed.read(offset, length))]).toEqual(slice(offset, length));
    }
    expect(file.total).toEqual({ reads: 1, bytes: 1000, largest: 1000 });
    expect([...(await windowed.read(1500, 1))]).toEqual(slice(1500, 1));
    expect([...(await windowed.read(1499, 1))]).toEqual(slice(1499, 1));
    expect(file.total.reads).toBe(3);
  });

  it('reads what is as long as a window past it, and no more than there is', async () => {
    const file = memorySource(content);
    const windowed = windowedSource(file, 1000);
    expect([...(await windowed.read(3, 1000))]).toEqual(slice(3, 1000));
    expect([...(await windowed.read(99_990, 10))]).toEqual(slice(99_990, 10));
    expect(file.total).toEqual({ reads: 2, bytes: 1010, largest: 1000 });
    await expectDiagnostic(() => windowed.read(99_990, 11), 'weights-truncated');
    await expectDiagnostic(() => windowed.read(99_990, 2000), 'weights-truncated');
  });

  it('gives arrays of their own', async () => {
    const windowed = windowedSource(memorySource(content), 1000);
    (await windowed.read(0, 10)).fill(0);
    expect([...(await windowed.read(0, 10))]).toEqual(slice(0, 10));
  });

  it('serves reads that come while another waits', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rcc-window-'));
    const path = join(folder, 'weights.bin');
    const long = Buffer.concat(Array.from({ length: 40 }, () => content));
    writeFileSync(path, long);
    const file = createFileByteSource(path);
    const windowed = windowedSource(file);
    const others = Array.from({ length: 3 }, () => windowedSource(file));
    const places = Array.from({ length: 200 }, (_, i) => (i * 777_777) % 3_900_000);
    for (let round = 0; round < 3; round++) {
      const read = await Promise.all(
        places.map((place, i) =>
          (i % 2 ? windowed : (others[i % 3] ?? windowed)).read(place, 5000),
        ),
      );
      const wrong = places.filter(
        (place, i) => !long.subarray(place, place + 5000).equals(Buffer.from(read[i] ?? [])),
      );
      expect(wrong).toEqual([]);
    }
    file.close();
    rmSync(folder, { recursive: true });
  });
});
