import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { FileSink } from '../../src/io/file-sink.ts';

/** A disk that is nearly full or interrupted: it takes no more than `most` bytes at a time. */
function shortFile(most: number) {
  const written: Buffer[] = [];
  const writev = async (parts: readonly Uint8Array[]) => {
    const taken = Buffer.concat(parts).subarray(0, most);
    written.push(taken);
    return { bytesWritten: taken.length };
  };
  return { file: { writev } as unknown as FileHandle, written: () => Buffer.concat(written) };
}

/** Arrays of these lengths, with other bytes each time. */
const arraysOf = (lengths: readonly number[]): readonly Buffer[] =>
  lengths.map((length, index) => Buffer.alloc(length, `${index},${length};`));

describe('FileSink', () => {
  it.each([
    ['one small array', [10], 3],
    ['many small arrays', Array.from({ length: 300 }, (_, i) => i * 7), 1000],
    ['arrays longer than what is gathered', [200_000, 5, 3_000_000, 1, 200_001], 65_537],
    ['more than is held at once', [5, 6_000_000, 140_000, 2_500_000, 2_500_000, 9], 1_000_003],
    ['long arrays at every place in a word', [1, 5000, 2, 9001, 3, 70_003, 1_048_571, 8192], 4097],
    ['arrays taken whole', [300_000, 900_000, 2_000_000], 10_000_000],
  ])('asks again for what a write left: %s', async (_, lengths, most) => {
    const { file, written } = shortFile(most);
    const arrays = arraysOf(lengths);
    const sink = new FileSink(file);
    for (const bytes of arrays) {
      // Whoever gives the bytes may fill their array again at once.
      const lent = new Uint8Array(bytes);
      await sink.write(lent);
      lent.fill(0xff);
    }
    const digest = await sink.finish();
    const expected = Buffer.concat(arrays);
    expect(written().equals(expected)).toBe(true);
    expect(digest).toEqual({
      sizeBytes: expected.length,
      sha256: createHash('sha256').update(expected).digest('hex'),
    });
  });

  it('makes nobody wait who gives less than a batch, and holds no more than four', async () => {
    let release = () => {};
    const disk = new Promise<void>((resolve) => {
      release = resolve;
    });
    const writev = async (parts: readonly Uint8Array[]) => {
      await disk;
      return { bytesWritten: Buffer.concat(parts).length };
    };
    const sink = new FileSink({ writev } as unknown as FileHandle);
    const half = new Uint8Array(1 << 19);
    for (let batch = 0; batch < 3; batch++) {
      expect(sink.write(half)).toBeUndefined();
      await sink.write(half);
    }
    expect(sink.write(half)).toBeUndefined();
    let isTaken = false;
    const fourth = Promise.resolve(sink.write(half)).then(() => {
      isTaken = true;
    });
    await setTimeout(50);
    expect(isTaken).toBe(false);
    release();
    await fourth;
    expect(await sink.finish()).toMatchObject({ sizeBytes: 4 << 20 });
  });

  it('gives on what the disk says, whether early or at the end', async () => {
    for (const lengths of [[10], [3_000_000, 3_000_000, 3_000_000, 3_000_000]]) {
      const writev = () => Promise.reject(new Error('the disk is full'));
      const sink = new FileSink({ writev } as unknown as FileHandle);
      const work = async () => {
        for (const bytes of arraysOf(lengths)) await sink.write(new Uint8Array(bytes));
        await sink.finish();
      };
      await expect(work()).rejects.toThrow('the disk is full');
    }
  });
});
