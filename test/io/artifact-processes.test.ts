import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeArtifact } from '../../src/io/artifact.ts';
import { bundleScript } from '../helpers/bundle-script.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rcc-artifact-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

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

describe('what the system refuses a run', () => {
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
