import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import onnxProto from 'onnx-proto';
import { afterAll, describe, expect, it } from 'vitest';
import type { DataType } from '../../../codegen/ir/types.ts';
import { compareOutputs } from '../../../engines/compare.ts';
import type { Tensor } from '../../../engines/engine.ts';
import { createOnnxruntimeEngine } from '../../../engines/onnxruntime/engine.ts';
import { describeProcessor } from '../../../engines/processor.ts';
import { createSeededInput } from '../../../engines/seeded-input.ts';
import { mostKeptSamples } from '../../../engines/statistics.ts';
import { numbersOf } from '../../../engines/tensor-values.ts';
import { codesOf } from './diagnostics.ts';
import {
  convModel,
  encode,
  floatBytes,
  modelFolder,
  oneNodeModel,
  saturatingInt8Model,
  writeModelFile,
} from './small-models.ts';

const folder = modelFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const engine = createOnnxruntimeEngine({ threads: 1 });
const reference = createOnnxruntimeEngine({ threads: 1, optimization: 'disabled' });
const modelPath = writeModelFile(folder, 'model.onnx', convModel());
const input = createSeededInput({ dataType: 'float32', shape: ['N', 3, 16, 16] }, 4, 1);

async function build(model = modelPath) {
  return await engine.build({ modelPath: model, directory: folder });
}

describe('build', () => {
  it('keeps the optimised model, with what it is bound to', async () => {
    const reports: string[] = [];
    const built = await engine.build({
      modelPath,
      directory: join(folder, 'new/fp32'),
      report: (progress) => reports.push(progress),
    });
    const processor = await describeProcessor();
    expect(built).toMatchObject({
      path: join(folder, 'new/fp32/model.ort.onnx'),
      builtFor: processor.name,
      facts: { runtime: expect.stringMatching(/^onnxruntime 1\.\d+\.\d+$/), optimization: 'all' },
    });
    expect(built.buildMs).toBeGreaterThan(0);
    expect(reports).toHaveLength(1);
    const bytes = readFileSync(built.path);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(built.engines).toEqual([
      { file: 'model.ort.onnx', sizeBytes: bytes.length, sha256, batches: 'any' },
    ]);
    const model = onnxProto.onnx.ModelProto.decode(bytes);
    expect(model.graph?.node?.map(({ opType }) => opType)).not.toContain('Relu');
    expect(Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, value]))).toEqual({
      'rcc.engine.runtime': built.facts.runtime,
      'rcc.engine.processor': built.facts.processor,
    });
    expect(readdirSync(join(folder, 'new/fp32'))).toEqual(['model.ort.onnx']);
  });

  it('takes the batch that the graph fixes', async () => {
    const path = writeModelFile(folder, 'four.onnx', convModel({ batch: 4 }));
    const { engines } = await engine.build({ modelPath: path, directory: folder, batch: 4 });
    expect(engines.map(({ batches }) => batches)).toEqual([{ min: 4, opt: 4, max: 4 }]);
  });

  it('gives the same bytes each time', async () => {
    const first = readFileSync((await build()).path);
    expect(readFileSync((await build()).path).equals(first)).toBe(true);
  });

  it('does not begin, and leaves what was there, when it is cancelled', async () => {
    const { path } = await build();
    const before = readFileSync(path);
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    await expect(engine.build({ modelPath, directory: folder, signal })).rejects.toBe(reason);
    const controller = new AbortController();
    const request = {
      modelPath,
      directory: folder,
      signal: controller.signal,
    };
    await expect(engine.build({ ...request, report: () => controller.abort(reason) })).rejects.toBe(
      reason,
    );
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });
});

describe('run', () => {
  it('computes the same before and after optimising', async () => {
    const { path } = await build();
    const expected = (await reference.run(modelPath, { input })).logits as Tensor;
    expect(expected.shape).toEqual([4, 10]);
    for (const model of [path, modelPath]) {
      const actual = (await engine.run(model, { input })).logits as Tensor;
      expect(compareOutputs(actual, expected, { precision: 'fp32' })).toMatchObject({ ok: true });
    }
  });

  it('runs a float16 model with float16 ends', async () => {
    const halfPath = writeModelFile(folder, 'half.onnx', convModel({ dataType: 'float16' }));
    const { path } = await build(halfPath);
    const half = createSeededInput({ dataType: 'float16', shape: ['N', 3, 16, 16] }, 4, 1);
    const actual = (await engine.run(path, { input: half })).logits as Tensor;
    expect(actual).toMatchObject({ dataType: 'float16', shape: [4, 10] });
    expect(actual.bytes.length).toBe(4 * 10 * 2);
    const expected = (await reference.run(modelPath, { input })).logits as Tensor;
    expect(compareOutputs(actual, expected, { precision: 'fp16' })).toMatchObject({ ok: true });
  });

  it('sums int8 products exactly on every processor', async () => {
    const int8Path = writeModelFile(folder, 'int8.onnx', saturatingInt8Model());
    const { path } = await build(int8Path);
    const shape = [1, 16, 8, 8];
    const ones: Tensor = { dataType: 'float32', shape, bytes: floatBytes(...Array(1024).fill(1)) };
    const middle = (tensor: Tensor | undefined) => numbersOf(tensor as Tensor)[27];
    // 16 · 9 products of 1 and 127e-4, quantised in steps of 0.01.
    expect(middle((await engine.run(path, { input: ones })).logits)).toBeCloseTo(1.83, 5);
    expect(middle((await engine.run(int8Path, { input: ones })).logits)).toBeCloseTo(1.83, 5);
  });

  it.each<[DataType, Uint8Array]>([
    ['float32', floatBytes(1, 2, 3, 4)],
    ['float64', new Uint8Array(Float64Array.of(1, 2, 3, 4).buffer)],
    ['float16', new Uint8Array(Uint16Array.of(0x3c00, 1, 2, 3).buffer)],
    ['uint8', Uint8Array.of(1, 2, 3, 255)],
    ['int8', Uint8Array.of(1, 2, 3, 255)],
    ['int16', new Uint8Array(Int16Array.of(1, -2, 3, 4).buffer)],
    ['int32', new Uint8Array(Int32Array.of(1, -2, 3, 4).buffer)],
    ['int64', new Uint8Array(BigInt64Array.of(1n, -2n, 3n, 2n ** 40n).buffer)],
    ['bool', Uint8Array.of(0, 1, 1, 0)],
  ])('passes %s tensors through', async (dataType, bytes) => {
    const path = writeModelFile(folder, `${dataType}.onnx`, oneNodeModel('Identity', { dataType }));
    const padded = Buffer.concat([Buffer.alloc(1), bytes]);
    const x: Tensor = { dataType, shape: [1, 4], bytes: padded.subarray(1) };
    expect(await engine.run(path, { x })).toEqual({ y: { dataType, shape: [1, 4], bytes } });
  });

  it('tells what a model takes and gives', async () => {
    const { path } = await build();
    const loaded = await engine.load(path);
    expect(loaded.inputs).toEqual([
      { name: 'input', type: { dataType: 'float32', shape: ['N', 3, 16, 16] } },
    ]);
    expect(loaded.outputs).toEqual([
      { name: 'logits', type: { dataType: 'float32', shape: ['N', 10] } },
    ]);
    const outputs = [await loaded.run({ input }), await loaded.run({ input })];
    expect(outputs[0]).toEqual(outputs[1]);
    await expect(loaded.run({ input }, AbortSignal.abort('enough'))).rejects.toBe('enough');
    await loaded.close();
  });

  const x = (overrides: Partial<Tensor> = {}): Tensor => ({
    dataType: 'float32',
    shape: [1, 4],
    bytes: floatBytes(1, 2, 3, 4),
    ...overrides,
  });
  it.each<[string, Record<string, Tensor>, string]>([
    ['is missing', {}, "'x' is missing"],
    ['is unknown', { x: x(), z: x() }, "the model has no input 'z'"],
    ['has another type', { x: x({ dataType: 'int32' }) }, "'x' is int32, the model takes float32"],
    ['has another rank', { x: x({ shape: [4] }) }, "'x' has the shape [4], the model takes [N, 4]"],
    [
      'has another size',
      { x: x({ shape: [2, 2] }) },
      "'x' has the shape [2, 2], the model takes [N, 4]",
    ],
  ])('refuses an input that %s', async (_, inputs, problem) => {
    const path = writeModelFile(folder, 'relu.onnx', oneNodeModel('Relu'));
    const [diagnostic] = await codesOf(engine.run(path, inputs), 'engine-input-mismatch');
    expect(diagnostic?.message).toContain(problem);
  });
});

describe('the precision that it is made for', () => {
  it('is that of what it measures', async () => {
    const half = createOnnxruntimeEngine({ threads: 1, precision: 'fp16' });
    const limits = { batch: 1, warmUpMs: 0, durationMs: 0, minIterations: 1 };
    expect((await half.measure(modelPath, limits)).precision).toBe('fp16');
  });
});

describe('an engine of another machine', () => {
  it('is refused before it can compute something else', async () => {
    const processor = await describeProcessor();
    for (const [stamp, where] of [
      ['onnxruntime 9.9.9', 'runtime'],
      ['x64 avx512f', 'processor'],
    ] as const) {
      const { path } = await build();
      const entry = { key: `rcc.engine.${where}`, value: stamp };
      const foreign = join(folder, 'foreign.ort.onnx');
      const metadata = onnxProto.onnx.ModelProto.encode({ metadataProps: [entry] }).finish();
      writeFileSync(foreign, Buffer.concat([readFileSync(path), metadata]));
      const [diagnostic] = await codesOf(engine.load(foreign), 'engine-of-another-machine');
      expect(diagnostic?.message).toContain(`was built for`);
      expect(diagnostic?.message).toContain(stamp);
      expect(diagnostic?.message).toContain(processor.architecture);
    }
  });
});

describe('what cannot be loaded', () => {
  const good = encode(convModel());
  it.each<[string, Uint8Array | string, string, RegExp]>([
    ['text', 'this is no model', 'engine-model-unreadable', /no ONNX file, or was cut short/],
    ['nothing', '', 'engine-model-unreadable', /it is empty/],
    ['half a model', good.subarray(0, good.length / 2), 'engine-model-unreadable', /cut short/],
    [
      'an unknown operator',
      encode(oneNodeModel('Blorp')),
      'engine-unsupported',
      /opset 13 has no operator Blorp/,
    ],
    [
      'a future opset',
      encode({ ...oneNodeModel('Relu'), opsetImport: [{ domain: '', version: 99 }] }),
      'engine-unsupported',
      /does not know opset 99/,
    ],
    [
      'a future IR version',
      encode({ ...oneNodeModel('Relu'), irVersion: 99 }),
      'engine-unsupported',
      /does not know IR version 99/,
    ],
    [
      'a type without a kernel',
      encode(oneNodeModel('Relu', { dataType: 'bfloat16' })),
      'engine-unsupported',
      /no kernel for Relu\(13\) with these types/,
    ],
    [
      'a loose end',
      encode(oneNodeModel('Relu', { inputs: 'q' })),
      'engine-model-unreadable',
      /reads a value that nothing makes/,
    ],
    [
      'shapes that contradict',
      encode(oneNodeModel('Conv', { inputs: 'x x' })),
      'engine-model-unreadable',
      /contradict each other/,
    ],
    [
      'a bad attribute',
      encode(oneNodeModel('Gemm', { inputs: 'x' })),
      'engine-build-failed',
      /could not/,
    ],
  ])('is told: %s', async (_, bytes, code, message) => {
    const path = join(folder, 'bad.onnx');
    writeFileSync(path, bytes);
    const request = { modelPath: path, directory: join(folder, 'bad') };
    for (const attempt of [() => engine.load(path), () => engine.build(request)]) {
      const [diagnostic] = await codesOf(attempt(), code);
      expect(diagnostic?.message).toMatch(message);
      expect(diagnostic?.message).not.toMatch(/\.cc:|\n/);
    }
    expect(readdirSync(folder)).not.toContain('bad');
  });

  it('is told: no file, or a folder', async () => {
    await codesOf(engine.load(join(folder, 'none.onnx')), 'file-not-found');
    const [diagnostic] = await codesOf(engine.load(folder), 'not-a-file');
    expect(diagnostic?.message).toContain('is a folder');
  });
});

describe('measure', () => {
  const request = { batch: 2, warmUpMs: 5, durationMs: 30, minIterations: 20 };

  it('gives figures that belong together', async () => {
    const { path } = await build();
    const measured = await engine.measure(path, request);
    expect(measured).toMatchObject({
      target: 'onnxruntime',
      device: { kind: 'cpu', name: (await describeProcessor()).name },
      precision: 'fp32',
      batch: 2,
      settings: { threads: 1, threadChoice: 'as given', optimization: 'all', spinning: true },
    });
    expect(measured.iterations).toBeGreaterThanOrEqual(20);
    expect(measured.samplesMs).toHaveLength(Math.min(mostKeptSamples, measured.iterations));
    expect(measured.warmUpMs).toBeGreaterThanOrEqual(5);
    expect(measured.latency.meanMs * measured.iterations).toBeGreaterThanOrEqual(30);
    expect(measured.imagesPerSecond).toBeCloseTo(2000 / measured.latency.meanMs, 9);
    expect(measured.stable).toBe(measured.warnings.length === 0);
    expect(measured.definition).toMatch(/^Time of one call/);
  });

  it('tries thread counts up to the cores and says which was fastest', async () => {
    const { usableCores } = await describeProcessor();
    const { settings } = await createOnnxruntimeEngine().measure(modelPath, request);
    expect(settings.threads).toBeLessThanOrEqual(usableCores);
    expect(settings.threadChoice).toMatch(/^fastest of 1: [\d.]+ ms/);
  });

  it('stops between two runs', async () => {
    const reason = new Error('enough');
    const signal = AbortSignal.timeout(150);
    const endless = { ...request, durationMs: 1e9, signal };
    await expect(engine.measure(modelPath, endless)).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    await expect(
      engine.measure(modelPath, { ...request, signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
  });

  it('refuses a batch that the model was not made for', async () => {
    const path = writeModelFile(folder, 'fixed.onnx', convModel({ batch: 4 }));
    const four = await engine.measure(path, { ...request, batch: 4 });
    expect(four.batch).toBe(4);
    await codesOf(engine.measure(path, request), 'engine-batch-fixed');
  });
});
