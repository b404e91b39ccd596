import { createHash } from 'node:crypto';
import {
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFileDigest } from '../../src/io/digest.ts';
import { startFileHash, startHash } from '../../src/io/hash-thread.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rcc-hash-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const bytesOf = (length: number, seed: number): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 31 + seed) & 255));

/** Files of the folder that this process has open. */
function openInFolder(): readonly string[] {
  const links = readdirSync('/proc/self/fd').map((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`);
    } catch {
      // That of the listing itself is closed.
      return '';
    }
  });
  return links.filter((link) => link.startsWith(folder));
}

describe('the hash thread', () => {
  it('digests streams of parts while files are digested beside them', async () => {
    const path = join(folder, 'file');
    const content = bytesOf(3_000_001, 1);
    writeFileSync(path, content);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 20 }),
        async (parts) => {
          const file = startFileHash(openSync(path, 'r'));
          const [first, second] = [startHash(), startHash()];
          await first.update([]);
          for (const part of parts) {
            await Promise.all([first.update([part]), second.update([part, part])]);
          }
          await second.update([]);
          expect(await first.digest()).toBe(sha256(Buffer.concat(parts)));
          expect(await second.digest()).toBe(
            sha256(Buffer.concat(parts.flatMap((part) => [part, part]))),
          );
          expect(await file.digest()).toBe(sha256(content));
        },
      ),
      { numRuns: 20 },
    );
  });

  it('goes on after a file that cannot be read and one that was given up', async () => {
    const path = join(folder, 'large');
    writeFileSync(path, bytesOf(20_000_000, 2));
    const givenUp = startFileHash(openSync(path, 'r'));
    givenUp.cancel();
    // Open for writing alone.
    const unreadable = startFileHash(openSync(join(folder, 'unreadable'), 'w'));
    await expect(unreadable.digest()).rejects.toMatchObject({ code: 'EBADF' });
    const hash = startHash();
    await hash.update([Buffer.from('x')]);
    expect(await hash.digest()).toBe(sha256(Buffer.from('x')));
  });

  it('keeps the process alive only while somebody waits for it', async () => {
    const alive = () => process.getActiveResourcesInfo().filter((kind) => kind === 'MessagePort');
    const [first, second] = [startHash(), startHash()];
    await first.update([]);
    const before = alive().length;
    const firstDone = first.update([bytesOf(10, 3)]);
    const secondDone = second.update([bytesOf(10, 3)]);
    expect(alive()).toHaveLength(before + 1);
    await firstDone;
    expect(alive()).toHaveLength(before + 1);
    await secondDone;
    expect(alive()).toHaveLength(before);
  });

  it('goes on after a descriptor that is none', async () => {
    await expect(startFileHash(2 ** 30).digest()).rejects.toMatchObject({ code: 'EBADF' });
    const hash = startHash();
    expect(await hash.digest()).toBe(sha256(new Uint8Array(0)));
  });

  it.runIf(process.platform === 'linux')('closes each file, whatever became of it', async () => {
    await expect.poll(openInFolder, { timeout: 10_000 }).toEqual([]);
  });
});

describe('startFileDigest', () => {
  it('digests a file once as long as it stays as it is', async () => {
    const path = join(folder, 'weights');
    writeFileSync(path, 'first');
    const job = startFileDigest(path);
    expect(startFileDigest(path)).toBe(job);
    expect(await job.digest()).toBe(sha256(Buffer.from('first')));
    job.cancel();
    expect(startFileDigest(path)).toBe(job);
    writeFileSync(path, 'second one');
    expect(await startFileDigest(path).digest()).toBe(sha256(Buffer.from('second one')));
  });

  it('starts anew after it was given up, and refuses a file that is missing', async () => {
    const path = join(folder, 'again');
    writeFileSync(path, 'again');
    startFileDigest(path).cancel();
    expect(await startFileDigest(path).digest()).toBe(sha256(Buffer.from('again')));
    expect(() => startFileDigest(join(folder, 'missing'))).toThrow(/file-not-found/);
  });

  it('digests a file again that was written again at the same length', async () => {
    const path = join(folder, 'same-length');
    writeFileSync(path, 'one');
    const { mtimeMs } = statSync(path);
    expect(await startFileDigest(path).digest()).toBe(sha256(Buffer.from('one')));
    writeFileSync(path, 'two');
    utimesSync(path, new Date(), new Date(mtimeMs + 1));
    expect(await startFileDigest(path).digest()).toBe(sha256(Buffer.from('two')));
  });

  it('keeps files of one length and time apart by their names', async () => {
    const paths = ['a', 'b'].map((name) => join(folder, name));
    for (const path of paths) {
      writeFileSync(path, path);
      utimesSync(path, 1000, 1000);
    }
    const digests = await Promise.all(paths.map((path) => startFileDigest(path).digest()));
    expect(digests).toEqual(paths.map((path) => sha256(Buffer.from(path))));
  });
});
