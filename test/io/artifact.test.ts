import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
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
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { replaceFile, writeArtifact } from '../../src/io/artifact.ts';
import { bundleScript } from '../helpers/bundle-script.ts';

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

const writer = await bundleScript('processes/write-artifacts.mjs');
// Another user runs it too.
chmodSync(writer.folder, 0o755);
afterAll(() => rmSync(writer.folder, { recursive: true }));

function startWriter(path: string) {
  return spawn(process.execPath, [writer.path, path], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** A writer's report where it met an error by itself. */
async function runWriter(path: string, options: { uid?: number; prefix?: string[] } = {}) {
  const [program = '', ...parameters] = [
    ...(options.prefix ?? []),
    process.execPath,
    writer.path,
    path,
  ];
  const child = spawn(program, parameters, {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(options.uid === undefined ? {} : { uid: options.uid }),
  });
  let output = '';
  child.stdout.on('data', (bytes) => {
    output += bytes;
  });
  const [code] = await once(child, 'close');
  return { code, output };
}

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
      const write = writeArtifact(path, async (sink) => {
        for (let i = 0; i < 50; i++) await sink.write(Buffer.alloc(100_000, 2));
      });
      expect(await reasonOf(write)).toMatch(/no space is left on the disk\.$/);
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

  it.skipIf(process.platform === 'win32')(
    'is told where the file grows beyond its limit',
    async () => {
      const path = join(folder, 'model.onnx');
      const prefix = ['/bin/sh', '-c', 'ulimit -f 4096; exec "$@"', 'sh'];
      const { code, output } = await runWriter(path, { prefix });
      expect(output).toMatch(/file-unwritable: .* the file is larger than the system allows\.\n$/);
      expect(code).toBe(4);
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it.skipIf(!isRoot)('is told where the folder belongs to another (needs root)', async () => {
    const { code, output } = await runWriter(join(folder, 'model.onnx'), { uid: 65534 });
    expect(output).toMatch(/file-unwritable: .* permission denied\.\n$/);
    expect(code).toBe(4);
  });
});

describe('a run that is ended', () => {
  const path = (): string => join(folder, 'out/model.onnx');
  const partials = (): string[] =>
    readdirSync(join(folder, 'out')).filter((name) => name.endsWith('.partial'));

  function writeEarlier(): void {
    mkdirSync(join(folder, 'out'));
    writeFileSync(path(), Buffer.alloc(6_000_000, 255));
  }

  /** What was there before, or what a run wrote: nothing between. */
  function expectWhole(): void {
    const bytes = readFileSync(path());
    expect(bytes.length).toBe(6_000_000);
    expect(bytes.every((byte) => byte === bytes[0])).toBe(true);
  }

  it('outright leaves no half file, and the next run cleans up', async () => {
    writeEarlier();
    let left = 0;
    for (let round = 0; round < 8; round++) {
      const child = startWriter(path());
      await once(child.stdout, 'data');
      await setTimeout(Math.random() * 60);
      child.kill('SIGKILL');
      await once(child, 'close');
      expectWhole();
      left += partials().length;
    }
    // Cleaned by each next run: one is left of each killed, at most, never more.
    expect(partials().length).toBeLessThanOrEqual(1);
    expect(left).toBeGreaterThan(0);
    await writeArtifact(path(), (sink) => sink.write(Buffer.from('next')));
    expect(readdirSync(join(folder, 'out'))).toEqual(['model.onnx']);
  });

  it.each([
    'SIGINT',
    'SIGTERM',
    'SIGHUP',
  ] as const)('by %s leaves nothing and exits with 130', async (signal) => {
    writeEarlier();
    const child = startWriter(path());
    let output = '';
    child.stdout.on('data', (bytes) => {
      output += bytes;
    });
    await once(child.stdout, 'data');
    await setTimeout(20);
    child.kill(signal);
    const [code] = await once(child, 'close');
    expect(code).toBe(130);
    expect(output).toMatch(/^begins\ninterrupted: /);
    expect(partials()).toEqual([]);
    expectWhole();
  });
});

describe('partial files of other runs', () => {
  const host = hostname().replaceAll(/[^\w-]/g, '_');
  const write = () => writeArtifact(join(folder, 'x'), (sink) => sink.write(Buffer.from('x')));
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const day = 24 * 60 * 60 * 1000;

  it.each<[string, string, number, boolean]>([
    ['of a run that is gone', `.rcc.${host}.${dead}.0.partial`, 0, false],
    ['of a run that goes on', `.rcc.${host}.${process.ppid}.0.partial`, 0, true],
    ['of this run', `.rcc.${host}.${process.pid}.99999.partial`, 0, true],
    [
      'of an earlier process with our id',
      `.rcc.${host}.${process.pid}.99998.partial`,
      day / 2,
      false,
    ],
    ['of another machine', `.rcc.elsewhere-7f.${dead}.0.partial`, 0, true],
    ['of another machine, days ago', `.rcc.elsewhere-7f.${dead}.0.partial`, 2 * day, false],
    ['of somebody else', `.rcc.${host}.partial`, 2 * day, true],
    ['of somebody else', 'notes.partial', 2 * day, true],
  ])('%s', async (_, name, ageMs, stays) => {
    writeFileSync(join(folder, name), 'half');
    const then = new Date(Date.now() - ageMs);
    utimesSync(join(folder, name), then, then);
    await write();
    expect(readdirSync(folder)).toEqual(stays ? [name, 'x'].sort() : ['x']);
  });
});
