import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifestSchema } from '../../src/compile/manifest.ts';
import { rcc } from '../helpers/cli.ts';

const digits = 'examples/digits/digits.rn';
const pictures = ['--calibrate', 'examples/digits/calibration.zip'];
const quick = ['--target', 'onnxruntime', '--no-time'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rcc-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function jsonOf(...argv: readonly string[]) {
  const outcome = await rcc(...argv, '--json');
  return { ...outcome, json: JSON.parse(outcome.stdout) };
}

const codes = (json: { diagnostics: readonly { code: string }[] }) =>
  json.diagnostics.map(({ code }) => code);

describe('rcc compile --int8', () => {
  const compile = (name: string, ...options: readonly string[]) =>
    jsonOf('compile', digits, '--int8', ...quick, '-o', join(folder, name), ...options);

  it('calibrates, keeps the calibration beside the model and tells of it in the manifest', async () => {
    const { exitCode, json } = await compile('first', ...pictures);
    expect(exitCode).toBe(0);
    const manifest = manifestSchema.parse(
      JSON.parse(await readFile(join(folder, 'first/manifest.json'), 'utf8')),
    );
    expect(manifest.precision).toBe('int8');
    expect(manifest.calibration).toMatchObject({ algorithm: 'mse', images: 100 });
    expect(manifest.calibration?.description).toBe('calibration.zip (100 pictures)');
    const kept = JSON.parse(await readFile(join(folder, 'first/calibration.json'), 'utf8'));
    expect(Object.keys(kept.tensors)).toContain('stage1/block0/conv2/relu');
    expect(json.result[0].verdict.ok).toBe(true);
    expect(json.result[0].verdict.images).toBe(8);
  });

  it('calibrates the same again, and makes the same of the calibration itself', async () => {
    const again = await rcc(
      'compile',
      digits,
      '--int8',
      ...quick,
      '-o',
      join(folder, 'first'),
      ...pictures,
    );
    expect(again.stderr).toContain('mse over calibration.zip (100 pictures), as before');
    await compile('second', '--calibrate', join(folder, 'first/calibration.json'));
    await compile('third', ...pictures);
    const [first, second, third] = await Promise.all(
      ['first', 'second', 'third'].map((name) => readFile(join(folder, name, 'model.onnx'))),
    );
    expect(second).toEqual(first);
    expect(third).toEqual(first);
  });

  it('calibrates anew for another algorithm', async () => {
    const { json } = await compile('first', ...pictures, '--calibration-algorithm', 'max');
    expect(json.result[0].manifest.calibration.algorithm).toBe('max');
  });

  it('takes no calibration of another network', async () => {
    const options = ['--calibrate', join(folder, 'second/calibration.json')];
    const other = 'test/fixtures/weights/basic4.rn#basic4';
    const { exitCode, json } = await jsonOf('verify', other, '--int8', ...options);
    expect(exitCode).toBe(2);
    expect(codes(json)).toContain('calibration-mismatch');
  });

  it('refuses to guess', async () => {
    const { exitCode, json } = await compile('none');
    expect(exitCode).toBe(2);
    expect(codes(json)).toEqual(['calibration-data-missing']);
  });

  it('refuses before another model is made, once for int8 and fp8', async () => {
    const also = ['--target', 'onnx', '--trt', '10.16', '-o', join(folder, 'early')];
    const outcome = await rcc('compile', digits, '--fp32', '--int8', '--fp8', ...also);
    expect(outcome.exitCode).toBe(2);
    expect(outcome.stderr.match(/calibration-data-missing/g)).toHaveLength(1);
    expect(outcome.stderr).not.toContain('digits fp32');
  });

  it('tells in its place which model failed, and goes on', async () => {
    const broken = join(folder, 'broken.rn');
    await writeFile(broken, 'model broken { depth 18 weights "none.safetensors" }');
    const { exitCode, stderr } = await rcc('verify', broken, digits, '--target', 'onnxruntime');
    expect(exitCode).toBe(2);
    const parts = ['broken fp32 for', 'broken fp32: file-not-found,', 'digits fp32 for', 'error:'];
    const places = parts.map((part) => stderr.indexOf(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it('times made-up weights with made-up pictures, and says so', async () => {
    const path = join(folder, 'made-up.rn');
    await writeFile(
      path,
      'model made_up { stages [1] widths [8] block basic stem conv3 input 16 classes 10 }',
    );
    const options = ['--int8', ...quick, '-o', join(folder, 'made-up')];
    const { exitCode, json } = await jsonOf('compile', path, ...options);
    expect(exitCode).toBe(0);
    expect(codes(json)).toContain('calibration-noise');
    expect(json.result[0].manifest.calibration.description).toContain('seeded noise');
  });

  it('keeps layers in float32 and reads pixels', async () => {
    const options = ['--int8-keep', 'stem,fc', '--input-type', 'uint8-nhwc'];
    const { exitCode, json } = await compile('kept', ...pictures, ...options);
    expect(exitCode).toBe(0);
    const { inputs } = json.result[0].manifest.onnx;
    expect(inputs).toEqual([{ name: 'input', dataType: 'uint8', shape: ['N', 32, 32, 1] }]);
    expect(json.result[0].manifest.float32Nodes).toEqual([
      'stem/conv1',
      'stem/conv2',
      'stem/conv3',
      'head/fc',
    ]);
    const layers = JSON.parse(await readFile(join(folder, 'kept/layers.json'), 'utf8'));
    const names = layers.map(({ name }: { name: string }) => name);
    expect(names).toContain('stage1/block0/conv1.weight/dequantize');
    expect(names).not.toContain('stem/conv1.weight/dequantize');
    expect(names).not.toContain('head/fc.weight/dequantize');
  });

  it('prints the graph that a target would get, without calibrating', async () => {
    const { exitCode, stdout } = await rcc(
      'compile',
      digits,
      '--int8',
      '--print-after',
      'quantizeInt8',
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain('input/quantize: uint8[N,1,32,32] = QuantizeLinear(input');
  });
});

describe('rcc compile --target onnx', () => {
  const write = (name: string, ...options: readonly string[]) =>
    rcc('compile', digits, '--target', 'onnx', '-o', join(folder, name), ...options);
  const layersOf = async (name: string) => {
    const layers = JSON.parse(await readFile(join(folder, name, 'layers.json'), 'utf8'));
    return layers.map(
      (layer: { name: string; output: string }) => `${layer.name}: ${layer.output}`,
    ) as string[];
  };

  it('writes int8 for onnxruntime, says so, and how to have it for TensorRT', async () => {
    const { exitCode, stderr } = await write('ort', '--int8', ...pictures);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('written for onnxruntime (--trt RELEASE writes it for TensorRT)');
    expect(await layersOf('ort')).toContain('input/quantize: uint8[N,1,32,32]');
  });

  it.each([
    ['8.6', 'stem/conv1.weight/quantize: int8[8,1,3,3]', true],
    ['10.4', 'stem/conv1.weight/quantize: int8[8,1,3,3]', false],
  ] as const)('writes int8 for TensorRT %s', async (release, quantizedWeight, inGraph) => {
    const name = `trt-${release}`;
    const { exitCode, stderr } = await write(name, '--int8', ...pictures, '--trt', release);
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`written for TensorRT ${release}`);
    const layers = await layersOf(name);
    expect(layers).toContain('input/quantize: int8[N,1,32,32]');
    expect(layers.includes(quantizedWeight)).toBe(inGraph);
  });

  it.each([
    ['8.6', 'stem/conv1: float32[N,8,16,16]'],
    ['11.1', 'stem/conv1: float16[N,8,16,16]'],
  ])('writes float16 for TensorRT %s as it is asked for there', async (release, layer) => {
    const name = `half-${release}`;
    expect((await write(name, '--fp16', '--trt', release)).exitCode).toBe(0);
    expect(await layersOf(name)).toContain(layer);
  });
});

describe('rcc verify', () => {
  it('judges float16 twice and says which is which', async () => {
    const { exitCode, stdout } = await rcc('verify', digits, '--fp16', '-q');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('digits fp16: passed');
    expect(stdout).toContain('weights only: this processor computes float16 graphs in float32');
    expect(stdout).toContain('digits fp16 emulated: passed');
    expect(stdout).toContain('weights and every activation');
    expect(stdout).toMatch(/stage1\/block0 +\d/);
  });

  it('gives a machine verdicts, ranges and bisection', async () => {
    const { json } = await jsonOf('verify', digits, '--fp16', '--bisect');
    const [{ verdict, emulated, ranges, bisection }] = json.result;
    expect(emulated.absoluteError.max).toBeGreaterThan(verdict.absoluteError.max);
    expect(ranges.blocks.map(({ block }: { block: string }) => block)).toContain('head');
    expect(bisection.map(({ stage }: { stage: string }) => stage)).toEqual([
      'batch norms folded',
      'float16 weights',
      'float16 weights and activations',
    ]);
  });

  it('names the first node that int8 loses, with its line', async () => {
    const network = 'test/fixtures/weights/neck4_d.rn#neck4_d';
    const calibrate = ['--calibrate', 'test/fixtures/weights/input.64.npy'];
    const given = ['verify', network, '--int8', '--bisect', ...calibrate];
    const entropy = await jsonOf(...given, '--calibration-algorithm', 'entropy');
    expect(entropy.exitCode).toBe(1);
    const found = entropy.json.diagnostics.find(
      ({ code }: { code: string }) => code === 'bisection-found',
    );
    expect(found.message).toContain("'stage1/block0/conv3' is the first node out of bounds");
    expect(found.span.line ?? found.span.start.line).toBe(5);
    const max = await jsonOf(...given, '--calibration-algorithm', 'max');
    expect(max.exitCode).toBe(0);
  });

  it.each([
    [['--fp16', '--keep-fp32', 'stage9'], 2, 'layer-pattern-unknown'],
    [['--fp16', '--keep-fp32', 'bn'], 2, 'layer-pattern-unknown'],
    [['--fp16', '--input-type', 'rgba-uint8'], 2, 'input-form-channels'],
    [['--int8', '--calibrate', 'nothing/here'], 2, 'file-not-found'],
    [['--fp32', '--keep-fp32', 'stem'], 0, 'precision-option-idle'],
    [['--int8', '--calibration-algorithm', 'guess'], 2, 'command-line'],
    [['--int8', '--int8-keep', 'stem,,fc'], 2, 'command-line'],
  ] as const)('%j: exit code %d, %s', async (options, expected, code) => {
    const { exitCode, json } = await jsonOf('verify', digits, ...options);
    expect(exitCode).toBe(expected);
    expect(codes(json)).toContain(code);
  });

  it.each([
    [['--keep-fp32', 'stem'], '--keep-fp32 changes nothing without --fp16.'],
    [['--int8-keep', 'stem'], '--int8-keep changes nothing without --int8 or --fp8.'],
    [pictures, '--calibrate changes nothing without --fp16 or --int8 or --fp8.'],
    [['--int8-rest', 'fp32'], '--int8-rest changes nothing without --int8.'],
  ] as const)('names every precision that %j is for', async (options, message) => {
    const { json } = await jsonOf('verify', digits, '--fp32', ...options);
    const found = json.diagnostics.map((each: { message: string }) => each.message);
    expect(found).toContain(message);
  });

  it('keeps a block in float32', async () => {
    const { json } = await jsonOf('verify', digits, '--fp16', '--keep-fp32', 'stage2/block0');
    const kept = json.result[0].ranges.blocks.filter(
      ({ keptFp32 }: { keptFp32: boolean }) => keptFp32,
    );
    expect(kept.map(({ block }: { block: string }) => block)).toEqual(['stage2/block0']);
  });
});

describe('the rest of an int8 graph, and FP8', () => {
  const written = (release: string) => ['--target', 'onnx', '--trt', release];
  const compile = (name: string, ...options: readonly string[]) =>
    jsonOf('compile', digits, ...pictures, '-o', join(folder, name), ...options);
  const manifestOf = async (name: string) =>
    manifestSchema.parse(JSON.parse(await readFile(join(folder, name, 'manifest.json'), 'utf8')));

  it('is float16 where the builder takes types from the graph, float32 where that is asked for', async () => {
    const usual = await compile('rest16', '--int8', ...written('10.4'));
    const asked = await compile('rest32', '--int8', '--int8-rest', 'fp32', ...written('10.4'));
    expect([usual.exitCode, asked.exitCode]).toEqual([0, 0]);
    expect((await manifestOf('rest16')).form).toMatchObject({ int8Rest: 'float16' });
    expect((await manifestOf('rest16')).onnx.opset).toBe(19);
    expect((await manifestOf('rest32')).form).toMatchObject({ int8Rest: 'float32' });
    const [half, single] = await Promise.all(
      ['rest16', 'rest32'].map((name) => readFile(join(folder, name, 'model.onnx'))),
    );
    expect(half?.equals(single as Buffer)).toBe(false);
  });

  it('has none where the builder chooses types', async () => {
    const refused = await compile('untyped', '--int8', '--int8-rest', 'fp16', ...quick);
    expect(refused.exitCode).toBe(2);
    expect(codes(refused.json)).toEqual(['int8-rest-untyped']);
    await compile('weak', '--int8', ...written('8.6'));
    expect((await manifestOf('weak')).form).not.toHaveProperty('int8Rest', 'float16');
  });

  it('in FP8 is written and verified for a release that has it, and refused elsewhere', async () => {
    const made = await compile('fp8', '--fp8', ...written('10.4'));
    expect(made.exitCode).toBe(0);
    expect(made.json.result[0].verdict.ok).toBe(true);
    expect((await manifestOf('fp8')).precision).toBe('fp8');
    for (const target of [quick, written('8.6'), ['--target', 'onnx']]) {
      const { exitCode, json } = await compile('none', '--fp8', ...target);
      expect(exitCode).not.toBe(0);
      expect(codes(json)).toHaveLength(1);
    }
    const dry = await jsonOf(
      ...['compile', 'specs/resnet18.rn', '--fp8', '--dry-run', '--trt', '10.4', '--gpu', 't4'],
    );
    expect(dry.exitCode).not.toBe(0);
  });
});
