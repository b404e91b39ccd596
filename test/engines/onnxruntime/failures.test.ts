import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';
import { afterAll, describe, expect, it } from 'vitest';
import { createOnnxruntimeEngine } from '../../../engines/onnxruntime/engine.ts';
import { failFromRuntime } from '../../../engines/onnxruntime/failures.ts';
import { loadRuntime } from '../../../engines/onnxruntime/runtime.ts';
import { codesOf } from './diagnostics.ts';
import { convModel, modelFolder, writeModelFile } from './small-models.ts';

const folder = modelFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const modelPath = writeModelFile(folder, 'model.onnx', convModel());

describe('failFromRuntime', () => {
  const failWith = async (message: string, doing: 'build' | 'run' = 'run') =>
    failFromRuntime(new Error(message), { engine: 'onnxruntime 1.30.0', path: 'm.onnx', doing });

  it.each([
    'Load model from m.onnx failed:std::bad_alloc',
    'Non-zero status code returned while running Conv node. Name:"c" Status Message: /onnxruntime_src/bfc_arena.cc:358 void* onnxruntime::BFCArena::AllocateRawInternal(size_t) Failed to allocate memory for requested buffer of size 512',
    'Array buffer allocation failed',
  ])('knows that memory ran out: %s', async (message) => {
    await codesOf(failWith(message), 'engine-out-of-memory');
  });

  it('shows honestly what it does not know', async () => {
    const message =
      'Load model from m.onnx failed:/onnxruntime_src/onnxruntime/core/x.cc:12 void f(int, const std::string&) Something new happened.\nsecond line';
    const [built] = await codesOf(failWith(message, 'build'), 'engine-build-failed');
    expect(built?.message).toBe(
      "onnxruntime 1.30.0 could not build 'm.onnx': Something new happened.",
    );
    expect(built?.details).toEqual(message.split('\n'));
    await codesOf(failWith('whatever'), 'engine-run-failed');
    const [empty] = await codesOf(failWith(''), 'engine-run-failed');
    expect(empty?.message).toContain('it gave no reason');
  });
});

describe('loadRuntime', () => {
  it.each([
    [
      'ERR_MODULE_NOT_FOUND',
      "Cannot find package 'onnxruntime-node'",
      'the package onnxruntime-node is not installed',
    ],
    ['MODULE_NOT_FOUND', "Cannot find module '../bin/x.node'", 'brings no library for'],
    [
      'ERR_DLOPEN_FAILED',
      'libstdc++.so.6: version not found\nmore',
      'libstdc++.so.6: version not found.',
    ],
  ])('tells why the library is missing: %s', async (code, message, reason) => {
    const load = async () => {
      throw Object.assign(new Error(message), { code });
    };
    const [diagnostic] = await codesOf(loadRuntime(load), 'engine-library-missing');
    expect(diagnostic?.message).toContain(reason);
  });
});

/** The module as plain JavaScript: what reads TypeScript needs more than the memory that is left here. */
async function textOfLoadRuntime(): Promise<string> {
  const { output } = await build({
    input: 'engines/onnxruntime/runtime.ts',
    platform: 'node',
    external: ['onnxruntime-node'],
    write: false,
  });
  return output[0].code;
}

describe('memory that is not enough', () => {
  it.skipIf(process.platform !== 'linux')('is told, not a crash', async () => {
    // 2 million pictures of 16×16 need more than the process may have.
    const code = `
      ${await textOfLoadRuntime()}
      const { InferenceSession, Tensor } = await loadRuntime();
      const session = await InferenceSession.create(${JSON.stringify(modelPath)}, { logSeverityLevel: 4 });
      const data = new Float32Array(4e5 * 768);
      await session.run({ input: new Tensor('float32', data, [4e5, 3, 16, 16]) }).catch(({ message }) => console.log(message));`;
    const child = spawn(
      '/bin/sh',
      ['-c', 'ulimit -v 6000000; exec "$@"', 'sh', process.execPath, '--input-type=module'],
      { cwd: join(import.meta.dirname, '../../..'), stdio: ['pipe', 'pipe', 'inherit'] },
    );
    // By way of stdin: with the texts of all diagnostics it is longer than an argument may be.
    child.stdin.end(code);
    let output = '';
    child.stdout.on('data', (bytes) => {
      output += bytes;
    });
    await once(child, 'close');
    const fail = async () =>
      failFromRuntime(new Error(output), { engine: 'onnxruntime', path: 'm.onnx', doing: 'run' });
    await codesOf(fail(), 'engine-out-of-memory');
  });
});

function canMount(): boolean {
  const probe = join(folder, 'probe');
  mkdirSync(probe);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', probe]).status === 0;
  if (mounted) execFileSync('umount', [probe]);
  return mounted;
}

describe('a disk that fills up during the build', () => {
  it.skipIf(!canMount())('is told as such, and nothing is left (needs mount)', async () => {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', disk]);
    writeFileSync(join(disk, 'other'), Buffer.alloc(4096));
    try {
      const request = { modelPath, directory: join(disk, 'fp32') };
      const built = createOnnxruntimeEngine().build(request);
      const [diagnostic] = await codesOf(built, 'file-unwritable');
      expect(diagnostic?.message).toMatch(
        /model\.ort\.onnx' cannot be written: no space is left on the disk\.$/,
      );
      expect(readdirSync(disk)).toEqual(['other']);
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});
