import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { digestBytes } from '../../src/io/digest.ts';
import { createFileByteSource } from '../../src/io/file-byte-source.ts';
import { expectDiagnostic } from '../helpers/byte-sources.ts';
import { openBelow, tellsDescriptors } from '../helpers/descriptors.ts';

let folder = '';
let path = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rcc-source-'));
  path = join(folder, 'weights.bin');
  writeFileSync(
    path,
    Uint8Array.from({ length: 1000 }, (_, i) => i % 251),
  );
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('createFileByteSource', () => {
  test('reads any range into bytes of its own', async () => {
    const source = createFileByteSource(path);
    expect(source.sizeBytes).toBe(1000);
    const bytes = await source.read(250, 3);
    expect([...bytes]).toEqual([250, 0, 1]);
    expect(bytes.byteOffset).toBe(0);
    expect(bytes.buffer.byteLength).toBe(3);
    bytes.fill(9);
    expect([...(await source.read(250, 3))]).toEqual([250, 0, 1]);
    expect(await source.read(1000, 0)).toHaveLength(0);
    source.close();
  });

  test('a file that grew within the same tick of the clock has changed too', async () => {
    utimesSync(path, 1000, 1000);
    const source = createFileByteSource(path);
    appendFileSync(path, 'x');
    utimesSync(path, 1000, 1000);
    await expectDiagnostic(() => source.assertUnchanged(), 'weights-changed');
    source.close();
  });

  test.runIf(tellsDescriptors)('is open until it is closed (needs /proc)', () => {
    const source = createFileByteSource(path);
    expect(openBelow(path)).toHaveLength(1);
    source.close();
    expect(openBelow(path)).toEqual([]);
  });

  test.runIf(tellsDescriptors)('says what the system refuses to read (needs /proc)', async () => {
    // A regular file that opens, and whose first bytes nobody may read.
    const source = createFileByteSource('/proc/self/mem');
    const { message } = await expectDiagnostic(() => source.read(0, 10), 'file-unreadable');
    expect(message).toContain("'/proc/self/mem'");
    source.close();
  });

  test('a file that grew, shrank or was written again has changed', async () => {
    for (const change of [
      () => appendFileSync(path, 'x'),
      () => truncateSync(path, 10),
      () => utimesSync(path, 1, 1),
    ]) {
      const source = createFileByteSource(path);
      expect(() => source.assertUnchanged()).not.toThrow();
      change();
      await expectDiagnostic(() => source.assertUnchanged(), 'weights-changed');
      source.close();
    }
  });

  test('a read that finds less than there was says that the file changed', async () => {
    const source = createFileByteSource(path);
    truncateSync(path, 10);
    await expectDiagnostic(() => source.read(0, 1000), 'weights-changed');
    source.close();
  });

  test('a read behind the end of an unchanged file says that it ends too early', async () => {
    const source = createFileByteSource(path);
    const { message } = await expectDiagnostic(() => source.read(990, 20), 'weights-truncated');
    expect(message).toContain('1010 bytes are needed, 1000 are there');
    source.close();
  });

  test('no file, a folder, a file in place of a folder', async () => {
    const none = join(folder, 'none');
    const missing = await expectDiagnostic(() => createFileByteSource(none), 'file-not-found');
    expect(missing.message).toContain(`no file at '${none}'`);
    mkdirSync(join(folder, 'sub'));
    const folderError = () => createFileByteSource(join(folder, 'sub'));
    expect((await expectDiagnostic(folderError, 'not-a-file')).message).toContain('a folder');
    const under = () => createFileByteSource(join(path, 'x'));
    await expectDiagnostic(under, 'file-unreadable');
  });
});

describe('digestBytes', () => {
  test('is the SHA-256 of the file, over chunks', async () => {
    writeFileSync(path, new Uint8Array(2_500_000).fill(7));
    const source = createFileByteSource(path);
    const expected = execFileSync(process.execPath, [
      '-e',
      `process.stdout.write(require('crypto').createHash('sha256').update(require('fs').readFileSync(${JSON.stringify(path)})).digest('hex'))`,
    ]).toString();
    expect(await digestBytes(source)).toBe(expected);
    source.close();
  });
});
