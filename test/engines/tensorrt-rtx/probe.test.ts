import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { environmentPath, findPython, interpreterOf } from '../../../engines/python/find-python.ts';
import { describeSetUp, setUpPackage } from '../../../engines/python/setup.ts';
import { checkTensorrtRtx } from '../../../engines/tensorrt-rtx/doctor.ts';
import { probeTensorrtRtx, requireTensorrtRtx } from '../../../engines/tensorrt-rtx/probe.ts';
import { tensorrtRtxPackage } from '../../../engines/tensorrt-rtx/wheel.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { event, fakePython } from './fake-python.ts';

function linkInterpreter(cacheDirectory: string, target: string): string {
  const path = interpreterOf(environmentPath(tensorrtRtxPackage, cacheDirectory));
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
  return path;
}

describe('Python', () => {
  it('is looked for by flag, RCC_PYTHON, rcc’s own environment and PATH, in this order', async () => {
    const cacheDirectory = temporaryFolder('rtx');
    const bin = temporaryFolder('rtx');
    symlinkSync(fakePython({}), join(bin, 'python3'));
    const env = { PATH: `relative:${bin}`, RCC_PYTHON: '/opt/python' };
    const find = (python?: string, changes: Partial<typeof env> = {}) =>
      findPython(tensorrtRtxPackage, { python, env: { ...env, ...changes }, cacheDirectory });
    const byPath = { path: join(bin, 'python3'), source: 'PATH' };
    expect(await find('/mine/python')).toEqual({ path: '/mine/python', source: '--python' });
    expect(await find()).toEqual({ path: '/opt/python', source: 'RCC_PYTHON' });
    expect(await find(undefined, { RCC_PYTHON: '' })).toEqual(byPath);
    const own = linkInterpreter(cacheDirectory, fakePython({}));
    expect((await find(undefined, { RCC_PYTHON: '' }))?.path).toBe(own);
    expect(
      await findPython(tensorrtRtxPackage, {
        env: { PATH: '/nowhere' },
        cacheDirectory: '/nowhere',
      }),
    ).toBeUndefined();
  });
});

describe('TensorRT-RTX', () => {
  it('is found with its release and compute capabilities', async () => {
    const python = fakePython({});
    expect(await probeTensorrtRtx({ python, env: {}, cacheDirectory: '/none' })).toMatchObject({
      found: true,
      installation: { version: '1.7.1.116', python: { path: python, source: '--python' } },
    });
  });

  it.each([
    [
      'no package',
      fakePython({
        version: [event('missing', { reason: 'ModuleNotFoundError: x' })],
        exitCode: 3,
      }),
      'ModuleNotFoundError: x',
    ],
    ['no interpreter', '/nowhere/python', 'ENOENT'],
    ['a program that is no Python', '/bin/false', 'exit status 1'],
    ['a program that says something else', fakePython({ version: ['hello'] }), 'hello'],
  ])('is missing, with the reason: %s', async (_, python, reason) => {
    const request = { python, env: {}, cacheDirectory: '/none' };
    await expect(requireTensorrtRtx(request)).rejects.toThrow(`tensorrt-rtx-missing`);
    await expect(requireTensorrtRtx(request)).rejects.toThrow(reason);
    expect(await checkTensorrtRtx(request)).toMatchObject({
      state: 'missing',
      cure: 'rcc doctor --setup tensorrt-rtx',
    });
  });

  it('cannot be looked for without any Python', async () => {
    const request = { env: { PATH: '' }, cacheDirectory: '/none' };
    await expect(requireTensorrtRtx(request)).rejects.toThrow('python-missing');
    expect((await checkTensorrtRtx(request)).cure).toContain('install Python');
  });

  it('has a doctor row', async () => {
    const row = await checkTensorrtRtx({
      python: fakePython({}),
      env: {},
      cacheDirectory: '/none',
    });
    expect(row).toMatchObject({ part: 'TensorRT-RTX', state: 'good' });
    expect(row.found).toContain('7.5, 8.0, 8.6, 8.9, 12.0, 12.1');
  });
});

describe('setting up', () => {
  /** Plays `python -m venv` and pip: the environment gets an interpreter that plays NVIDIA's package. */
  function fakeBase(pipFails: boolean): string {
    const inner = fakePython({});
    const folder = temporaryFolder('rtx');
    const interpreter = join(folder, 'inner');
    writeFileSync(
      interpreter,
      `#!/bin/sh\nif [ "$2" = pip ]; then echo "pip says: $*"; exit ${pipFails ? 1 : 0}; fi\nexec ${inner} "$@"\n`,
      { mode: 0o755 },
    );
    const base = join(folder, 'python3');
    writeFileSync(base, `#!/bin/sh\nmkdir -p "$3/bin" && cp ${interpreter} "$3/bin/python"\n`, {
      mode: 0o755,
    });
    return base;
  }

  it('makes an environment, installs the wheel and finds it again', async () => {
    const cacheDirectory = temporaryFolder('rtx');
    const progress: string[] = [];
    const installation = await setUpPackage(tensorrtRtxPackage, {
      python: fakeBase(false),
      env: {},
      cacheDirectory,
      report: (text) => void progress.push(text),
    });
    expect(installation).toMatchObject({
      version: '1.7.1.116',
      python: { source: 'rcc doctor --setup tensorrt-rtx' },
    });
    expect(progress.at(-1)).toMatch(/pip says: -m pip install .*tensorrt-rtx-cu13==/);
    expect((await findPython(tensorrtRtxPackage, { env: {}, cacheDirectory }))?.path).toBe(
      installation.python.path,
    );
  });

  it('leaves an environment that is whole, makes one anew that is not, or by --force', async () => {
    const cacheDirectory = temporaryFolder('rtx');
    const steps: string[] = [];
    const report = (text: string): void => void steps.push(text);
    const request = { python: fakeBase(false), env: {}, cacheDirectory, report };
    const made = await setUpPackage(tensorrtRtxPackage, request);
    expect(made.isEarlier).toBe(false);
    steps.length = 0;
    const again = await setUpPackage(tensorrtRtxPackage, request);
    expect(again).toEqual({ ...made, isEarlier: true });
    expect(describeSetUp(tensorrtRtxPackage, again)).toContain('set up before and whole');
    expect(steps).toEqual([]);
    expect(await setUpPackage(tensorrtRtxPackage, { ...request, force: true })).toEqual(made);
    writeFileSync(made.python.path, '#!/bin/sh\nexit 1\n');
    expect(await setUpPackage(tensorrtRtxPackage, request)).toEqual(made);
  });

  it('leaves nothing half made where pip fails, and shows what pip said', async () => {
    const cacheDirectory = temporaryFolder('rtx');
    const request = { python: fakeBase(true), env: {}, cacheDirectory };
    await expect(setUpPackage(tensorrtRtxPackage, request)).rejects.toMatchObject({
      diagnostics: [
        { code: 'tensorrt-rtx-setup-failed', details: [expect.stringContaining('pip says')] },
      ],
    });
    expect(await findPython(tensorrtRtxPackage, { env: {}, cacheDirectory })).toBeUndefined();
  });

  it('needs a Python to begin with', async () => {
    const request = { env: { PATH: '' }, cacheDirectory: temporaryFolder('rtx') };
    await expect(setUpPackage(tensorrtRtxPackage, request)).rejects.toThrow('python-missing');
  });
});
