import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startFileDigest } from '../../src/io/digest.ts';

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

  it('begins again after it was given up', async () => {
    const path = write('cancelled', 'weights', 1000);
    const job = startFileDigest(path);
    job.cancel();
    const next = startFileDigest(path);
    expect(next).not.toBe(job);
    expect(await next.digest()).toBe(sha256('weights'));
  });
});
