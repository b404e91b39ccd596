import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { replaceFile, writeArtifact } from '../../src/io/artifact.ts';
import { nameOfHost, partialPath, removeStalePartials } from '../../src/io/partial-names.ts';
import { watchExit } from '../helpers/watch-exit.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rcc-artifact-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function reasonOf(written: Promise<unknown>): Promise<string> {
  const error = await written.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof DiagnosticError)) throw new Error('no diagnostic', { cause: error });
  expect(error.diagnostics.map(({ code }) => code)).toEqual(['file-unwritable']);
  return error.diagnostics[0]?.message ?? '';
}

describe('writeArtifact', () => {
  it('writes what it is given, with size and digest', async () => {
    const path = join(folder, 'model.onnx');
    const written = await writeArtifact(path, async (sink) => {
      await sink.write(Buffer.from('head'));
      await sink.write(Buffer.alloc(3 << 20, 7));
      await sink.write(Buffer.from('tail'));
    });
    const bytes = Buffer.concat([
      Buffer.from('head'),
      Buffer.alloc(3 << 20, 7),
      Buffer.from('tail'),
    ]);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(written).toEqual({ sizeBytes: bytes.length, sha256: sha256(bytes) });
    expect(readdirSync(folder)).toEqual(['model.onnx']);
  });

  it('keeps the order of writes of any size', async () => {
    const sizes = fc.array(fc.oneof(fc.nat(300), fc.integer({ min: 200_000, max: 1_200_000 })), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(sizes, async (lengths) => {
        const parts = lengths.map((length, i) => Buffer.alloc(length, i + 1));
        const path = join(folder, 'parts');
        const written = await writeArtifact(path, async (sink) => {
          for (const part of parts) await sink.write(part);
        });
        expect(written.sha256).toBe(sha256(Buffer.concat(parts)));
        expect(sha256(readFileSync(path))).toBe(written.sha256);
      }),
      { numRuns: 25 },
    );
  });

  it('writes an empty file', async () => {
    const path = join(folder, 'empty');
    expect(await writeArtifact(path, () => {})).toMatchObject({ sizeBytes: 0 });
    expect(statSync(path).size).toBe(0);
  });

  it('makes the folders that are missing', async () => {
    const path = join(folder, 'build/resnet50/fp32/model.onnx');
    await writeArtifact(path, (sink) => sink.write(Buffer.from('x')));
    expect(readFileSync(path, 'utf8')).toBe('x');
  });

  it('leaves what was there, and no folder, when the writer fails', async () => {
    const path = join(folder, 'model.onnx');
    writeFileSync(path, 'old');
    const fail = async (): Promise<never> => {
      throw new Error('the weights ended');
    };
    const half = async (sink: { write(bytes: Uint8Array): unknown }): Promise<never> => {
      await sink.write(Buffer.alloc(2 << 20));
      return await fail();
    };
    await expect(writeArtifact(path, half)).rejects.toThrow('the weights ended');
    await expect(writeArtifact(join(folder, 'a/b/c'), half)).rejects.toThrow('the weights ended');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['model.onnx']);
  });

  it('keeps folders that were there or hold something else', async () => {
    mkdirSync(join(folder, 'a'));
    const fail = () => {
      writeFileSync(join(folder, 'a/b/other'), '');
      throw new Error('no');
    };
    await expect(writeArtifact(join(folder, 'a/b/c'), fail)).rejects.toThrow('no');
    expect(readdirSync(join(folder, 'a/b'))).toEqual(['other']);
  });

  it('stops at the next write when it is cancelled', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    let writes = 0;
    const write = async (sink: { write(bytes: Uint8Array): unknown }) => {
      for (; writes < 100; writes++) {
        if (writes === 3) controller.abort(reason);
        await sink.write(Buffer.alloc(500_000));
      }
    };
    await expect(writeArtifact(join(folder, 'x'), write, controller.signal)).rejects.toBe(reason);
    expect(writes).toBe(3);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('lets many writers of one file each leave a whole one', async () => {
    const path = join(folder, 'model.onnx');
    const write = (value: number) =>
      writeArtifact(path, async (sink) => {
        for (let i = 0; i < 20; i++) await sink.write(Buffer.alloc(300_000, value));
      });
    await Promise.all([1, 2, 3, 4].map(write));
    const bytes = readFileSync(path);
    expect(bytes.length).toBe(6_000_000);
    expect(new Set(bytes).size).toBe(1);
    expect(readdirSync(folder)).toEqual(['model.onnx']);
  });
});

describe('replaceFile', () => {
  it('hands a name in the same folder to whoever writes, and its result back', async () => {
    const path = join(folder, 'model.plan');
    const result = await replaceFile(path, async (partial) => {
      expect(partial.startsWith(join(folder, '.rcc.'))).toBe(true);
      writeFileSync(partial, 'plan');
      expect(existsSync(path)).toBe(false);
      return 42;
    });
    expect(result).toBe(42);
    expect(readFileSync(path, 'utf8')).toBe('plan');
  });

  it('leaves nothing where the process exits meanwhile, and nothing to do at an exit later', async () => {
    const exit = watchExit();
    const listeners = process.listenerCount('exit');
    const path = join(folder, 'a/b/model.plan');
    for (const write of [(partial: string) => writeFileSync(partial, 'half'), () => {}]) {
      const written = replaceFile(path, async (partial) => {
        write(partial);
        exit();
        expect(readdirSync(folder)).toEqual([]);
      });
      await expect(written).rejects.toThrow(DiagnosticError);
    }
    await replaceFile(path, async (partial) => writeFileSync(partial, 'plan'));
    expect(process.listenerCount('exit')).toBe(listeners);
  });
});

describe('what the system refuses', () => {
  it('is told where the path is a folder', async () => {
    mkdirSync(join(folder, 'model.onnx'));
    const reason = await reasonOf(writeArtifact(join(folder, 'model.onnx'), () => {}));
    expect(reason).toMatch(/model\.onnx' cannot be written: it is a folder\.$/);
  });

  it('is told where a folder of the path is a file', async () => {
    writeFileSync(join(folder, 'build'), '');
    for (const path of ['build/model.onnx', 'build/fp32/model.onnx']) {
      expect(await reasonOf(writeArtifact(join(folder, path), () => {}))).toMatch(
        /a part of its path is a file, not a folder\.$/,
      );
    }
  });

  it('is told where the name is too long', async () => {
    const path = join(folder, 'm'.repeat(300));
    expect(await reasonOf(writeArtifact(path, () => {}))).toMatch(/the name is too long\.$/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is told before anything is written where the path is no regular file', async () => {
    const path = join(folder, 'device');
    symlinkSync('/dev/null', path);
    const write = () => {
      throw new Error('written to');
    };
    expect(await reasonOf(writeArtifact(path, write))).toMatch(/it is not a regular file\.$/);
  });

  it('replaces a link that leads to a file', async () => {
    writeFileSync(join(folder, 'real'), 'old');
    symlinkSync('real', join(folder, 'link'));
    await writeArtifact(join(folder, 'link'), (sink) => sink.write(Buffer.from('new')));
    expect(readFileSync(join(folder, 'link'), 'utf8')).toBe('new');
    expect(readFileSync(join(folder, 'real'), 'utf8')).toBe('old');
  });
});

const isRoot = process.getuid?.() === 0;

function canMount(): boolean {
  if (!isRoot || process.platform !== 'linux') return false;
  const probe = mkdtempSync(join(tmpdir(), 'rcc-mount-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', probe]).status === 0;
  if (mounted) execFileSync('umount', [probe]);
  rmSync(probe, { recursive: true });
  return mounted;
}

describe('a full or read-only disk', () => {
  async function onDisk<T>(options: string, work: (disk: string) => Promise<T>): Promise<T> {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk]);
    try {
      return await work(disk);
    } finally {
      execFileSync('umount', [disk]);
    }
  }

  it.skipIf(!canMount())('is told, and what was there stays (needs mount)', async () => {
    await onDisk('size=3m', async (disk) => {
      const path = join(disk, 'model.onnx');
      await writeArtifact(path, (sink) => sink.write(Buffer.alloc(1 << 20, 1)));
      // The first is known when all is written, the second long before.
      for (const count of [50, 500]) {
        const write = writeArtifact(path, async (sink) => {
          for (let i = 0; i < count; i++) await sink.write(Buffer.alloc(100_000, 2));
        });
        expect(await reasonOf(write)).toMatch(/no space is left on the disk\.$/);
      }
      expect(readdirSync(disk)).toEqual(['model.onnx']);
      expect(readFileSync(path).equals(Buffer.alloc(1 << 20, 1))).toBe(true);
    });
  });

  it.skipIf(!canMount())('is told where it takes no files at all (needs mount)', async () => {
    await onDisk('ro', async (disk) => {
      for (const path of ['model.onnx', 'a/b/model.onnx']) {
        expect(await reasonOf(writeArtifact(join(disk, path), () => {}))).toMatch(
          /the file system is read-only\.$/,
        );
      }
    });
  });
});

describe('partial files of other runs', () => {
  const host = nameOfHost(hostname());
  const hour = 60 * 60 * 1000;
  const untilStart = process.uptime() * 1000;
  const write = () => writeArtifact(join(folder, 'x'), (sink) => sink.write(Buffer.from('x')));
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const day = 24 * 60 * 60 * 1000;

  it.each<[string, string, number, boolean]>([
    ['of a run that is gone', `.rcc.${host}.${dead}.0.partial`, 0, false],
    ['of a run that goes on', `.rcc.${host}.${process.ppid}.0.partial`, 0, true],
    ['of this run', `.rcc.${host}.${process.pid}.99999.partial`, 0, true],
    ['of this run, early', `.rcc.${host}.${process.pid}.99997.partial`, untilStart + 500, true],
    ['of an earlier process', `.rcc.${host}.${process.pid}.99998.partial`, day / 2, false],
    ['of another machine', `.rcc.elsewhere-7f.${dead}.0.partial`, 0, true],
    ['of another machine, an hour less', `.rcc.elsewhere-7f.1.0.partial`, day - hour, true],
    ['of another machine, a day ago', `.rcc.elsewhere-7f.1.0.partial`, day + hour, false],
    ['of somebody else', `.rcc.${host}.partial`, 2 * day, true],
    ['of somebody else', `x.rcc.${host}.1.0.partial`, 2 * day, true],
    ['of somebody else', `.rcc.${host}.1.0.partial.txt`, 2 * day, true],
    ['of somebody else', 'notes.partial', 2 * day, true],
  ])('%s', async (_, name, ageMs, stays) => {
    writeFileSync(join(folder, name), 'half');
    const then = new Date(Date.now() - ageMs);
    utimesSync(join(folder, name), then, then);
    await write();
    expect(readdirSync(folder)).toEqual(stays ? [name, 'x'].sort() : ['x']);
  });

  it('have names that nobody else uses', async () => {
    const names = [partialPath('folder'), partialPath('folder')];
    expect(new Set(names).size).toBe(2);
    for (const name of names)
      expect(name).toMatch(
        new RegExp(`^folder/\\.rcc\\.${host}\\.${process.pid}\\.\\d+\\.partial$`),
      );
    expect(nameOfHost("Ann's Mac.local")).toBe('Ann_s_Mac_local');
    expect(nameOfHost('h'.repeat(65))).toBe('h'.repeat(64));
  });

  it('stay where another user’s process writes them', async () => {
    const name = `.rcc.${host}.${dead}.0.partial`;
    writeFileSync(join(folder, name), 'half');
    const refused = (code: string) => () => {
      throw Object.assign(new Error(code), { code });
    };
    const kill = vi.spyOn(process, 'kill').mockImplementation(refused('EPERM'));
    await removeStalePartials(folder);
    expect(readdirSync(folder)).toEqual([name]);
    kill.mockImplementation(refused('ESRCH'));
    await removeStalePartials(folder);
    kill.mockRestore();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('may be gone meanwhile, and their folder too', async () => {
    symlinkSync('nowhere', join(folder, `.rcc.${host}.${dead}.0.partial`));
    await removeStalePartials(folder);
    await removeStalePartials(join(folder, 'none'));
    expect(readdirSync(folder)).toHaveLength(1);
  });
});
