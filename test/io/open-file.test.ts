import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  copyFileSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { startFileDigest } from '../../src/io/digest.ts';
import { createFileByteSource } from '../../src/io/file-byte-source.ts';
import {
  copyFile,
  isFolder,
  openFile,
  readBytes,
  readBytesSync,
  readStart,
  readText,
  readTextIfThere,
  streamFile,
} from '../../src/io/open-file.ts';
import { expectDiagnostic } from '../helpers/byte-sources.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-open-'));
const server = createServer();
const inside = (name: string): string => join(folder, name);

beforeAll(async () => {
  writeFileSync(inside('file'), '\uFEFFgrüße');
  mkdirSync(inside('folder'));
  execFileSync('mkfifo', [inside('pipe')]);
  symlinkSync('pipe', inside('link'));
  await new Promise<void>((resolve) => server.listen(inside('socket'), resolve));
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

/** Everything that opens a file. */
const readers: Readonly<Record<string, (path: string) => unknown>> = {
  openFile: (path) => openFile(path, 'picture'),
  readBytes: (path) => readBytes(path, 'picture'),
  readBytesSync: (path) => readBytesSync(path, 'picture'),
  readText: (path) => readText(path, 'picture'),
  readTextIfThere: (path) => readTextIfThere(path, 'picture'),
  readStart: (path) => readStart(path, 4, 'picture'),
  streamFile: (path) => streamFile(path, 'picture'),
  copyFile: (path) => copyFile(path, inside('copy'), 'picture'),
  createFileByteSource: (path) => createFileByteSource(path, 'picture'),
  startFileDigest: (path) => startFileDigest(path, 'picture'),
};

function openInFolder(): readonly string[] {
  const links = readdirSync('/proc/self/fd').map((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`);
    } catch {
      return '';
    }
  });
  return links.filter((link) => link.startsWith(folder));
}

/** Puts a file and a pipe at a path in turn, as fast as it can. */
const swapping = `
  const { linkSync, renameSync } = require('node:fs');
  const { parentPort, workerData: { folder, path } } = require('node:worker_threads');
  parentPort.postMessage('begins');
  for (;;) {
    for (const name of ['pipe', 'file']) {
      linkSync(folder + '/' + name, folder + '/next');
      renameSync(folder + '/next', path);
    }
  }
`;

/** What was found at a path; undefined where it was gone between two steps. */
function openAndClose(path: string): 'file' | 'pipe' | undefined {
  try {
    const descriptor = openFile(path, 'picture');
    const isFile = fstatSync(descriptor).isFile();
    closeSync(descriptor);
    if (!isFile) throw new Error('a pipe was taken for a file');
    return 'file';
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return error.diagnostics[0]?.code === 'not-a-file' ? 'pipe' : undefined;
  }
}

describe.skipIf(process.platform === 'win32')('what is no regular file', () => {
  const others = [
    ['a named pipe', inside('pipe')],
    ['a named pipe', inside('link')],
    ['a socket', inside('socket')],
    ['a device', '/dev/zero'],
    ['a folder', inside('folder')],
  ] as const;

  it.each(Object.entries(readers))('is refused by %s, which waits for nobody', async (_, read) => {
    for (const [found, path] of others) {
      const { message, hint } = await expectDiagnostic(async () => read(path), 'not-a-file');
      expect(message).toBe(`The picture '${path}' is ${found}, not a regular file.`);
      expect(hint === undefined).toBe(found === 'a folder');
    }
  });

  it('is refused too where it comes to the place of a file that was looked at', async () => {
    const path = inside('changing');
    copyFileSync(inside('file'), path);
    const swapper = new Worker(swapping, { eval: true, workerData: { folder, path } });
    try {
      await once(swapper, 'message');
      const found = { file: 0, pipe: 0 };
      for (let turn = 0; turn < 20_000 || found.file * found.pipe === 0; turn++) {
        const kind = openAndClose(path);
        if (kind !== undefined) found[kind]++;
      }
      expect(found.file).toBeGreaterThan(0);
    } finally {
      await swapper.terminate();
    }
    expect(openInFolder()).toEqual([]);
  });

  it('is not a folder either, unless it is one', async () => {
    expect(isFolder(inside('pipe'), 'data set')).toBe(false);
    expect(isFolder(inside('folder'), 'data set')).toBe(true);
    await expectDiagnostic(() => isFolder(inside('none'), 'data set'), 'file-not-found');
  });
});

describe('a file', () => {
  it('is read as a whole, from its start, in order, and closed', async () => {
    const path = inside('file');
    const bytes = Buffer.from('\uFEFFgrüße');
    expect(Buffer.from(await readBytes(path, 'file'))).toEqual(bytes);
    expect(Buffer.from(readBytesSync(path, 'file'))).toEqual(bytes);
    expect(await readText(path, 'file')).toBe('\uFEFFgrüße');
    expect(await readTextIfThere(path, 'file')).toBe('\uFEFFgrüße');
    expect(Buffer.from(await readStart(path, 4, 'file'))).toEqual(bytes.subarray(0, 4));
    expect(Buffer.from(await readStart(path, 400, 'file'))).toEqual(bytes);
    // It takes the mark of UTF-8 away.
    expect(await text(streamFile(path, 'file'))).toBe('grüße');
    writeFileSync(inside('copy'), 'longer than what comes to its place');
    await copyFile(path, inside('copy'), 'file');
    expect(await readText(inside('copy'), 'file')).toBe('\uFEFFgrüße');
    if (process.platform === 'linux') await expect.poll(openInFolder).toEqual([]);
  });

  it('that is missing is undefined where that is asked for, else a diagnostic', async () => {
    expect(await readTextIfThere(inside('none'), 'file')).toBeUndefined();
    const under = () => readTextIfThere(join(inside('file'), 'x'), 'file');
    await expectDiagnostic(under, 'file-unreadable');
    for (const read of Object.values(readers)) {
      if (read === readers.readTextIfThere) continue;
      await expectDiagnostic(async () => read(inside('none')), 'file-not-found');
    }
  });

  it('is not read as a whole where it is far too large', async () => {
    const path = inside('large');
    writeFileSync(path, '');
    truncateSync(path, 2 ** 28 + 1);
    const { message } = await expectDiagnostic(() => readText(path, 'file'), 'file-too-large');
    expect(message).toContain(path);
    await expectDiagnostic(async () => readBytesSync(path, 'file'), 'file-too-large');
    expect(await readStart(path, 2, 'file')).toEqual(new Uint8Array(2));
    truncateSync(path, 2 ** 28);
    expect(readBytesSync(path, 'file')).toHaveLength(2 ** 28);
  });
});
