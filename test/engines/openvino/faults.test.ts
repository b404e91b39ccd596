import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { requireInstructions } from '../../../engines/openvino/choose.ts';
import { createOpenvinoEngine } from '../../../engines/openvino/engine.ts';
import { isFrom, pythonRequest, requireOpenvino } from '../../../engines/openvino/find.ts';
import type { OpenvinoOptions } from '../../../engines/openvino/options.ts';
import { openvinoTarget } from '../../../engines/openvino/target.ts';
import { describeProcessor } from '../../../engines/processor.ts';
import { type Diagnostic, DiagnosticError } from '../../../src/diagnostics/diagnostic.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { event, fakePython, type PythonScenario, release } from './fake-python.ts';

async function optionsFor(python: string, timeoutMs = 20_000): Promise<OpenvinoOptions> {
  return {
    installation: { python: { path: python, source: '--python' }, version: release },
    processor: await describeProcessor(),
    precision: 'fp32',
    hint: 'latency',
    batches: [1],
    timeoutMs,
  };
}

async function diagnosticOf(work: Promise<unknown>): Promise<Diagnostic | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return error.diagnostics[0];
  }
}

/** Whether a process runs; one that has ended and that nobody has asked for is none. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const status = `/proc/${pid}/stat`;
  return !existsSync(status) || !/\) Z /.test(readFileSync(status, 'utf8'));
}

function modelIn(folder: string) {
  const modelPath = join(folder, 'model.onnx');
  writeFileSync(modelPath, 'a model');
  return { modelPath, directory: folder };
}

/** Builds with an interpreter that plays a scenario; what it says, and what is left. */
async function attempt(scenario: PythonScenario, timeoutMs?: number) {
  const python = fakePython(scenario);
  const folder = temporaryFolder('openvino');
  const engine = createOpenvinoEngine(await optionsFor(python, timeoutMs));
  const diagnostic = await diagnosticOf(engine.build(modelIn(folder)));
  const pidFile = join(dirname(python), 'pid');
  const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : undefined;
  return { diagnostic, left: readdirSync(folder), pid };
}

const compiled = {
  inputs: [{ name: 'x', dtype: 'float32', shape: [1, 3, 8, 8] }],
  outputs: [{ name: 'y', dtype: 'float32', shape: [1, 10] }],
  properties: {
    INFERENCE_PRECISION_HINT: 'bf16',
    INFERENCE_NUM_THREADS: 1,
    NUM_STREAMS: 1,
    PERFORMANCE_HINT: 'LATENCY',
    ENABLE_CPU_PINNING: true,
    OPTIMAL_NUMBER_OF_INFER_REQUESTS: 1,
  },
};

describe('a child that does not do its work', () => {
  it.each<[string, PythonScenario, string, string]>([
    ['is killed', { signal: 'SIGKILL' }, 'openvino-ended', 'signal SIGKILL'],
    ['ends by itself', { exitCode: 0 }, 'openvino-ended', 'exit status 0'],
    [
      'prints garbage and ends',
      { lines: ['rcc: {', 'rcc: 7', 'rcc: null', '\u0000\uFFFD'], exitCode: 9 },
      'openvino-ended',
      'exit status 9',
    ],
    [
      'answers something else',
      { lines: [event('answer', { id: 'ID', inputs: 7 })] },
      'openvino-answer-unreadable',
      'inputs',
    ],
    [
      'computes in another precision than it was asked for',
      { lines: [event('answer', { id: 'ID', ...compiled })] },
      'openvino-precision-changed',
      'asked for f32 and says bf16',
    ],
    [
      'has no numpy',
      {
        lines: [event('missing', { reason: "ModuleNotFoundError: No module named 'numpy'" })],
        exitCode: 3,
      },
      'openvino-missing',
      'numpy',
    ],
    [
      'cannot write',
      {
        lines: [
          event('failed', { id: 'ID', reason: 'No space left on device', errno: 28, path: '/x/y' }),
        ],
      },
      'file-unwritable',
      'No space left on device',
    ],
    [
      'throws what OpenVINO throws',
      {
        lines: [
          event('failed', {
            id: 'ID',
            reason:
              "Exception from src/inference/src/cpp/core.cpp:84:\nCheck 'x' failed at src/a.cpp:1:\nonnx: Could not read.\n\n",
          }),
        ],
      },
      'openvino-failed',
      'while compiling for batch 1: onnx: Could not read.',
    ],
  ])('%s', async (_, scenario, code, text) => {
    const { diagnostic, left, pid } = await attempt(scenario);
    expect(diagnostic?.code).toBe(code);
    expect(diagnostic?.message).toContain(text);
    expect(left).toEqual(['model.onnx']);
    expect(isAlive(Number(pid))).toBe(false);
  });

  it('hangs, and is ended with all that it started', async () => {
    const childFile = join(temporaryFolder('openvino'), 'child');
    const { diagnostic, left, pid } = await attempt({ childFile }, 1500);
    expect(diagnostic?.code).toBe('openvino-timed-out');
    expect(left).toEqual(['model.onnx']);
    expect(isAlive(Number(pid))).toBe(false);
    // It is nobody's child any more: the system takes a moment to bury it.
    const child = Number(readFileSync(childFile, 'utf8'));
    await expect.poll(() => isAlive(child), { timeout: 5000 }).toBe(false);
  });

  it('prints without end: memory is bounded, and its time is over', async () => {
    const lines = Array.from({ length: 2000 }, (_, i) => `noise ${i} ${'x'.repeat(100)}`);
    const { diagnostic } = await attempt({ lines }, 1500);
    expect(diagnostic?.code).toBe('openvino-timed-out');
    expect(diagnostic?.details?.length).toBeLessThanOrEqual(8);
  });

  it('is no program', async () => {
    const engine = createOpenvinoEngine(await optionsFor('/nowhere/python'));
    const diagnostic = await diagnosticOf(engine.build(modelIn(temporaryFolder('openvino'))));
    expect(diagnostic?.code).toBe('openvino-missing');
    expect(diagnostic?.message).toContain('ENOENT');
  });

  it('is ended when its work is given up, with the reason of that', async () => {
    const python = fakePython({});
    const engine = createOpenvinoEngine(await optionsFor(python));
    const controller = new AbortController();
    const building = engine.build({
      ...modelIn(temporaryFolder('openvino')),
      signal: controller.signal,
    });
    const pidFile = join(dirname(python), 'pid');
    await expect.poll(() => existsSync(pidFile), { timeout: 10_000 }).toBe(true);
    controller.abort(new Error('enough'));
    await expect(building).rejects.toThrow('enough');
    expect(isAlive(Number(readFileSync(pidFile, 'utf8')))).toBe(false);
  });
});

describe('an interpreter', () => {
  const request = (scenario: PythonScenario) => pythonRequest({}, fakePython(scenario));

  it('is taken with its release, and asked once for all precisions', async () => {
    const asked = { found: new Map() };
    const python = request({});
    const first = await requireOpenvino(python, asked);
    expect(first.version).toBe(release);
    expect(await requireOpenvino(python, asked)).toBe(first);
  });

  it('has another release that is too old', async () => {
    const old = request({ find: [event('version', { version: '2023.1.0' })] });
    expect((await diagnosticOf(requireOpenvino(old)))?.code).toBe('openvino-release');
    expect(isFrom('2026.0.0', '2026.0')).toBe(true);
    expect(isFrom('2027.1', '2026.4')).toBe(true);
    expect(isFrom('2025.4.1', '2026.0')).toBe(false);
  });

  it('has no numpy', async () => {
    const reason = "ModuleNotFoundError: No module named 'numpy'";
    const bare = request({ find: [event('missing', { reason })] });
    const diagnostic = await diagnosticOf(requireOpenvino(bare));
    expect(diagnostic?.code).toBe('openvino-missing');
    expect(diagnostic?.message).toContain('numpy');
    expect(diagnostic?.hint).toContain('rcc doctor --setup openvino');
  });

  it('is not there at all', async () => {
    const nothing = { env: { PATH: '' }, cacheDirectory: '/none' };
    expect((await diagnosticOf(requireOpenvino(nothing)))?.code).toBe('python-missing');
  });
});

describe('an engine of another release', () => {
  it('is refused by its first bytes, and Python with it', async () => {
    const folder = temporaryFolder('openvino');
    const path = join(folder, 'model.blob');
    const text = Buffer.from('meta=1.0;ov=2025.1.0;isa=Intel AVX-512');
    const head = Buffer.alloc(20);
    head.write('RR_UPCVO', 'latin1');
    head.writeUInt32LE(text.length, 12);
    writeFileSync(path, Buffer.concat([head, text, Buffer.alloc(100)]));
    const python = fakePython({});
    const engine = createOpenvinoEngine(await optionsFor(python));
    const diagnostic = await diagnosticOf(engine.load(path));
    expect(diagnostic?.code).toBe('engine-of-another-machine');
    expect(diagnostic?.message).toContain('OpenVINO 2025.1.0');
    writeFileSync(path, 'RR');
    expect((await diagnosticOf(engine.load(path)))?.code).toBe('engine-model-unreadable');
  });
});

describe('bfloat16', () => {
  it('is refused before anything is built where the processor has no instructions for it', () => {
    const refuse = (hasBfloat16: boolean | undefined) => () =>
      requireInstructions({ precision: 'bf16' }, { name: 'Old CPU', hasBfloat16 });
    expect(refuse(false)).toThrow(/openvino-precision-lacking.*Old CPU.*avx512_bf16/);
    expect(refuse(true)).not.toThrow();
    expect(refuse(undefined)).not.toThrow();
  });
});

describe('--target auto', () => {
  const options = { hint: 'latency', timeoutS: 60 } as const;
  const find = (env: Readonly<Record<string, string>>) =>
    openvinoTarget.find?.(options, { precision: 'int8', env });

  it('takes OpenVINO where a Python is named or set up, and says why not', async () => {
    const cache = temporaryFolder('openvino');
    const named = await find({ RCC_PYTHON: fakePython({}), RCC_CACHE_DIR: cache });
    expect(named).toMatchObject({
      name: 'openvino',
      reason: expect.stringMatching(/^openvino 2026\.4\.1 on .*, found here$/),
      batches: [1, 4, 8],
    });
    // The system's Python is not asked.
    mkdirSync(join(cache, 'bin'));
    expect(await find({ PATH: dirname(fakePython({})), RCC_CACHE_DIR: cache })).toContain(
      'not set up',
    );
    expect(await find({ RCC_PYTHON: '/nowhere/python' })).toContain('ENOENT');
    expect(await find({ RCC_PYTHON: fakePython({}), RCC_OPENVINO: 'off' })).toBeUndefined();
  });
});
