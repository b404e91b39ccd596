import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findLayerLists } from '../../../engines/audit/audit-folder.ts';
import type { BuildRequest, BuiltEngine } from '../../../engines/engine.ts';
import { parseComputeCapabilities } from '../../../engines/tensorrt-rtx/compute-capability.ts';
import { createTensorrtRtxEngine } from '../../../engines/tensorrt-rtx/engine.ts';
import type { TensorrtRtxOptions } from '../../../engines/tensorrt-rtx/options.ts';
import { requireTensorrtRtx } from '../../../engines/tensorrt-rtx/probe.ts';
import { type Diagnostic, DiagnosticError } from '../../../src/diagnostics/diagnostic.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { readFixture } from '../audit/fixtures.ts';
import { builtEvent, event, fakePython, type PythonScenario } from './fake-python.ts';

interface Attempt {
  readonly built?: BuiltEngine;
  readonly diagnostic?: Diagnostic;
  readonly directory: string;
  readonly python: string;
  readonly progress: readonly string[];
}

const wholeLog = readFixture('tensorrt-rtx.log').split('\n');

async function attempt(
  scenario: PythonScenario,
  changes: Partial<TensorrtRtxOptions & Pick<BuildRequest, 'batch' | 'locateNode'>> = {},
  directory = temporaryFolder('rtx'),
): Promise<Attempt> {
  const { batch, locateNode, ...options } = changes;
  const python = fakePython(scenario);
  const installation = await requireTensorrtRtx({ python, env: {}, cacheDirectory: directory });
  const engine = createTensorrtRtxEngine({
    installation,
    computeCapabilities: ['7.5', '8.6'],
    ...options,
  });
  const modelPath = join(directory, 'model.onnx');
  writeFileSync(modelPath, 'a model');
  const progress: string[] = [];
  const request = {
    modelPath,
    directory,
    batch,
    report: (text: string) => void progress.push(text),
    ...(locateNode ? { locateNode } : {}),
  };
  try {
    return { built: await engine.build(request), directory, python, progress };
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    const [diagnostic] = error.diagnostics;
    return { ...(diagnostic ? { diagnostic } : {}), directory, python, progress };
  }
}

function argumentsOf({ python }: Attempt): readonly string[] {
  return JSON.parse(readFileSync(join(dirname(python), 'arguments.json'), 'utf8'));
}

const phases = ['parsing', 'building', 'writing'].map((name) => event('phase', { name }));
const goodScenario = { lines: [...phases, ...wholeLog, builtEvent], engineBytes: 1024 };

describe('a build', () => {
  it('leaves the engine, its log and its layers, and says what it is tied to', async () => {
    const done = await attempt(goodScenario);
    expect(done.built).toMatchObject({
      path: join(done.directory, 'model.rtx.plan'),
      engines: [{ file: 'model.rtx.plan', sizeBytes: 1024, batches: { min: 1, opt: 4, max: 8 } }],
      builtFor: '7.5, 8.6',
      facts: {
        compiler: 'TensorRT-RTX 1.7.1.116',
        computeCapabilities: ['7.5', '8.6'],
        tf32: false,
        auxStreams: 0,
        kernels: 6,
      },
    });
    expect(readdirSync(done.directory).sort()).toEqual([
      'layers.json',
      'model.onnx',
      'model.rtx.plan',
      'tensorrt-rtx-build.log',
    ]);
    expect(done.progress).toEqual([
      'TensorRT-RTX 1.7.1.116: reading the ONNX file',
      'TensorRT-RTX 1.7.1.116: compiling',
      'TensorRT-RTX 1.7.1.116: writing the engine',
    ]);
    const [found] = await findLayerLists(done.directory);
    expect(found?.list.layers).toHaveLength(7);
  });

  it('passes options on', async () => {
    const done = await attempt(goodScenario, {
      batches: { smallest: 2, usual: 2, largest: 16 },
      tf32: true,
      auxStreams: 3,
    });
    const args = argumentsOf(done).slice(1).join(' ');
    expect(args).toMatch(
      /^--onnx \S+model\.onnx --engine \S+\.partial --compute-capability 7\.5 8\.6 /,
    );
    expect(args).toMatch(/--batches 2,2,16 --aux-streams 3 --tf32$/);
  });

  it('takes the batches that were asked for, and of a graph that fixes one, that one', async () => {
    const batches = { smallest: 2, usual: 3, largest: 16 };
    const free = await attempt(goodScenario, { batches });
    expect(free.built?.engines[0]?.batches).toEqual({ min: 2, opt: 3, max: 16 });
    const fixed = await attempt(goodScenario, { batches, batch: 5 });
    expect(fixed.built?.engines[0]?.batches).toEqual({ min: 5, opt: 5, max: 5 });
  });

  it('stands without layers where the log lists none, and keeps no list of an earlier engine', async () => {
    const first = await attempt(goodScenario);
    const second = await attempt({ lines: [builtEvent], engineBytes: 9 }, {}, first.directory);
    expect(second.built?.engines.map(({ sizeBytes }) => sizeBytes)).toEqual([9]);
    expect(second.built?.facts).not.toHaveProperty('kernels');
    expect(existsSync(join(first.directory, 'layers.json'))).toBe(false);
  });
});

describe('a build that fails', () => {
  const file = { path: 'net.rn', text: 'model net {\n  classes 10\n}' };
  const span = { file, start: 14, end: 24 };
  const locateNode = (node: string) => (node === 'head/fc' ? span : undefined);

  it('names the operation that has no kernel, with its .rn line', async () => {
    const message =
      "IBuilder::buildSerializedNetwork: Error Code 1: Myelin ([pass.cpp:337: check_turing_op_compatibility] Cannot compile operation 'head/fc_U131' for Turing (SM75): FP32 GEMM is not supported. In compileGraph at /_src/optimizer/myelin/codeGenerator.cpp:2012)";
    const lines = [
      ...phases.slice(0, 2),
      `[E] ${message}`,
      '[V] more',
      event('error', { message }),
    ];
    const { diagnostic } = await attempt({ lines, exitCode: 5 }, { locateNode });
    expect(diagnostic).toMatchObject({
      code: 'tensorrt-rtx-operation-refused',
      message:
        "TensorRT-RTX cannot compile 'head/fc' for Turing (SM75): FP32 GEMM is not supported.",
      span,
      details: [`[E] ${message}`],
    });
  });

  it('names the node that the parser refuses', async () => {
    const message =
      'Invalid Node - head/fc\nITensor::getDimensions: Error Code 4: API Usage Error (head/fc: IConvolutionLayer `input` and `bias` must be of same type. `input` is of type Half but `bias` is of type Float. In validateTypes at /_src/optimizer/common/nodes/convolutionNode.cpp:110)';
    const refused = event('parse-error', {
      node: 'head/fc',
      operator: 'Conv',
      code: 'INVALID_NODE',
      message,
    });
    const { diagnostic } = await attempt({ lines: [refused], exitCode: 4 }, { locateNode });
    expect(diagnostic).toMatchObject({
      code: 'tensorrt-rtx-model-refused',
      message:
        "TensorRT-RTX does not take Conv 'head/fc': head/fc: IConvolutionLayer `input` and `bias` must be of same type. `input` is of type Half but `bias` is of type Float.",
      span,
    });
  });

  it.each([
    [
      'a file that is no model',
      {
        lines: [
          event('parse-error', {
            node: '',
            operator: '',
            code: 'X',
            message: 'Assertion failed: model: Failed to parse the ONNX model.',
          }),
        ],
        exitCode: 4,
      },
      'tensorrt-rtx-model-refused',
    ],
    [
      'an error without a node',
      { lines: [event('error', { message: 'out of ideas' })], exitCode: 5 },
      'tensorrt-rtx-build-failed',
    ],
    [
      'a disk that is full',
      {
        lines: [event('write-error', { errno: 28, message: 'No space left on device' })],
        exitCode: 6,
      },
      'file-unwritable',
    ],
    ['success without an engine', { lines: [builtEvent] }, 'tensorrt-rtx-build-failed'],
    [
      'an engine without success',
      { lines: ['[I] x'], engineBytes: 8, exitCode: 1 },
      'tensorrt-rtx-build-failed',
    ],
    ['an end by a signal', { lines: ['[I] x'], signal: 'SIGKILL' }, 'tensorrt-rtx-killed'],
    [
      'garbage',
      { lines: ['rcc: {', 'rcc: 7', 'rcc: null', '\u0000\uFFFD'], exitCode: 9 },
      'tensorrt-rtx-build-failed',
    ],
  ] as const)('says so in one diagnostic: %s', async (_, scenario, code) => {
    const { diagnostic, directory } = await attempt(scenario);
    expect(diagnostic?.code).toBe(code);
    expect(existsSync(join(directory, 'model.rtx.plan'))).toBe(false);
    expect(readdirSync(directory).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  it('stops when its time is over', async () => {
    const { diagnostic } = await attempt({ lines: [], staysMs: 60_000 }, { timeoutMs: 300 });
    expect(diagnostic?.code).toBe('tensorrt-rtx-timed-out');
  });

  it('leaves an earlier engine and its layers as they were', async () => {
    const first = await attempt(goodScenario);
    const layers = readFileSync(join(first.directory, 'layers.json'), 'utf8');
    await attempt({ lines: [], exitCode: 5, engineBytes: 3 }, {}, first.directory);
    expect(readFileSync(join(first.directory, 'model.rtx.plan'))).toHaveLength(1024);
    expect(readFileSync(join(first.directory, 'layers.json'), 'utf8')).toBe(layers);
  });

  it('ends with the signal’s reason when it is cancelled, and ends Python', async () => {
    const directory = temporaryFolder('rtx');
    const python = fakePython({ lines: [event('phase', { name: 'building' })], staysMs: 60_000 });
    const installation = await requireTensorrtRtx({ python, env: {}, cacheDirectory: directory });
    const engine = createTensorrtRtxEngine({ installation, computeCapabilities: ['8.6'] });
    const controller = new AbortController();
    const building = engine.build({
      modelPath: join(directory, 'model.onnx'),
      directory,
      signal: controller.signal,
      report: () => controller.abort(new Error('enough')),
    });
    await expect(building).rejects.toThrow('enough');
    expect(readdirSync(directory)).toEqual(['tensorrt-rtx-build.log']);
  });
});

describe('a compute capability', () => {
  it('is read in several forms, sorted, each once', () => {
    expect(parseComputeCapabilities('8.6,7.5, sm75 SM_120')).toEqual(['7.5', '8.6', '12.0']);
  });

  it.each(['7.0', '9.0', '', 'ampere', '8.6,5'])('is refused with the list: %s', (text) => {
    expect(() => parseComputeCapabilities(text)).toThrow(/compute-capability-unknown.*7\.5, 8\.0/);
  });

  it('must be one that the release builds for', async () => {
    const old = event('version', { version: '1.0.0', capabilities: ['7.5', '8.6'] });
    const { diagnostic } = await attempt(
      { ...goodScenario, version: [old] },
      { computeCapabilities: ['12.1'] },
    );
    expect(diagnostic?.code).toBe('compute-capability-lacking');
  });
});

describe('loading, running and timing', () => {
  it('say that they need the GPU', async () => {
    const python = fakePython({});
    const installation = await requireTensorrtRtx({ python, env: {}, cacheDirectory: '/none' });
    const engine = createTensorrtRtxEngine({ installation, computeCapabilities: ['7.5'] });
    const request = { batch: 1, warmUpMs: 1, durationMs: 1, minIterations: 1 };
    await expect(engine.load('x')).rejects.toThrow('tensorrt-rtx-needs-gpu');
    await expect(engine.run('x', {})).rejects.toThrow('tensorrt-rtx-needs-gpu');
    await expect(engine.measure('x', request)).rejects.toThrow('tensorrt-rtx-needs-gpu');
  });
});
