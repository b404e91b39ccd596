import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { digestBytes, startFileDigest, startFileDigestAhead } from '../../src/io/digest.ts';
import { expectDiagnostic, memorySource } from '../helpers/byte-sources.ts';
import { openBelow, tellsDescriptors } from '../helpers/descriptors.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-digest-'));
afterAll(() => rmSync(folder, { recursive: true }));
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Writes a file that was last changed so many seconds after the epoch. */
function write(name: string, text: string, changedS: number): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  utimesSync(path, changedS, changedS);
  return path;
}

describe('startFileDigest', () => {
  it('digests a file that stays as it is once', async () => {
    const path = write('same', 'weights', 1000);
    const job = startFileDigest(path);
    expect(startFileDigest(path)).toBe(job);
    expect(await job.digest()).toBe(sha256('weights'));
    expect(startFileDigest(path)).toBe(job);
  });

  it('digests a file anew that was written again, even with as many bytes', async () => {
    const path = write('again', 'weights', 1000);
    expect(await startFileDigest(path).digest()).toBe(sha256('weights'));
    write('again', 'WEIGHTS', 1001);
    expect(await startFileDigest(path).digest()).toBe(sha256('WEIGHTS'));
  });

  it('digests a file anew that has grown, even within the same tick of the clock', async () => {
    const path = write('grown', 'weights', 1000);
    expect(await startFileDigest(path).digest()).toBe(sha256('weights'));
    write('grown', 'weights and more', 1000);
    expect(await startFileDigest(path).digest()).toBe(sha256('weights and more'));
  });

  it('takes two files with the same size and time for two', async () => {
    const [a, b] = [write('a', 'aaaa', 1000), write('b', 'bbbb', 1000)];
    expect(statSync(a).mtimeMs).toBe(statSync(b).mtimeMs);
    expect(await startFileDigest(a).digest()).toBe(sha256('aaaa'));
    expect(await startFileDigest(b).digest()).toBe(sha256('bbbb'));
  });

  it('takes a file for another whose name ends as the size of the first begins', async () => {
    const [short, long] = [write('name', 'x'.repeat(11), 1000), write('name1', 'y', 1000)];
    expect(await startFileDigest(short).digest()).toBe(sha256('x'.repeat(11)));
    expect(await startFileDigest(long).digest()).toBe(sha256('y'));
  });

  it('tells what it cannot find or read by its part in a sentence', async () => {
    const missing = join(folder, 'missing');
    const tell = async (what?: string) =>
      (await expectDiagnostic(() => startFileDigest(missing, what), 'file-not-found')).message;
    expect(await tell()).toContain(`no file at '${missing}'`);
    expect(await tell('picture')).toContain(`no picture at '${missing}'`);
  });

  // A regular file that opens, and whose first bytes nobody may read.
  it.runIf(tellsDescriptors)('tells that a file cannot be read (needs /proc)', async () => {
    const unreadable = () => startFileDigest('/proc/self/mem').digest();
    const { message } = await expectDiagnostic(unreadable, 'file-unreadable');
    expect(message).toContain("'/proc/self/mem'");
  });

  it.runIf(tellsDescriptors)('may begin ahead (needs /proc)', async () => {
    const path = write('large', '', 1000);
    truncateSync(path, 16e9);
    startFileDigestAhead(path);
    expect(openBelow(path)).toHaveLength(1);
    startFileDigest(path).cancel();
    startFileDigestAhead(join(folder, 'missing'));
  });

  it('begins again after it was given up', async () => {
    const path = write('cancelled', 'weights', 1000);
    const job = startFileDigest(path);
    job.cancel();
    const next = startFileDigest(path);
    expect(next).not.toBe(job);
    expect(await next.digest()).toBe(sha256('weights'));
  });
});

describe('digestBytes', () => {
  it.each([0, 1, 2 ** 20, 2 ** 21, 2 ** 21 + 1])('reads %i bytes a MiB at a time', async (size) => {
    const bytes = new Uint8Array(size).fill(7);
    const source = memorySource(bytes);
    expect(await digestBytes(source)).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(source.total).toMatchObject({ bytes: size, reads: Math.ceil(size / 2 ** 20) });
  });
});
