import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFileHash, startHash } from '../../src/io/hash-thread.ts';
import { openFile } from '../../src/io/open-file.ts';
import { openBelow, tellsDescriptors } from '../helpers/descriptors.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rcc-hash-'));
  writeFileSync(join(folder, 'small'), 'small');
  // Without a block on the disk; to read all of it takes much longer than the wait below.
  writeFileSync(join(folder, 'large'), '');
  truncateSync(join(folder, 'large'), 16e9);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The thread answers before it closes, or never where a job was given up: what is asked after that is done after that. */
async function expectNothingOpen(path = folder): Promise<void> {
  for (let i = 0; i < 200 && openBelow(path).length > 0; i++) await wait(10);
  expect(openBelow(path)).toEqual([]);
}

describe.skipIf(!tellsDescriptors)('descriptors of the hash thread (needs /proc)', () => {
  it('are closed when a file is done', async () => {
    await startFileHash(openFile(join(folder, 'small'), 'file')).digest();
    await expectNothingOpen();
  });

  it('are closed where a job is given up', async () => {
    const job = startFileHash(openFile(join(folder, 'large'), 'file'));
    const hash = startHash();
    await hash.update([new Uint8Array(1)]);
    expect(openBelow(folder)).toHaveLength(1);
    job.cancel();
    await hash.digest();
    await expectNothingOpen();
  });

  it('are closed where a file cannot be read', async () => {
    // A regular file that opens, and whose first bytes nobody may read.
    const path = '/proc/self/mem';
    await expect(startFileHash(openFile(path, 'file')).digest()).rejects.toMatchObject({
      code: 'EIO',
    });
    await expectNothingOpen(path);
  });
});
