import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as rcc from '../src/index.ts';
import {
  calibrateNetwork,
  checkExpectations,
  createFileByteSource,
  fuseNetwork,
  inspectOnnx,
  judgeRanges,
  loadNetwork,
  openCalibrationData,
  readCalibrationFile,
  reportRanges,
} from '../src/index-codegen.ts';

const { chooseTarget, compileSpec, DiagnosticError, loadSpecs, readManifest } = rcc;

const folder = mkdtempSync(join(tmpdir(), 'rcc-api-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the public names', () => {
  it('are few', () => {
    expect(Object.keys(rcc).sort()).toEqual([
      'DiagnosticError',
      'bench',
      'benchSpec',
      'chooseTarget',
      'compile',
      'compileSpec',
      'evaluate',
      'evaluateSpec',
      'loadSpecs',
      'manifestSchema',
      'readManifest',
      'renderDiagnostic',
      'targets',
      'verify',
      'verifySpec',
      'version',
    ]);
  });

  it('check, compile, verify and inspect a spec as the commands do', async () => {
    const { specs, diagnostics } = await loadSpecs('test/fixtures/weights/neck4_d.rn#neck4_d');
    expect(diagnostics).toEqual([]);
    const [spec] = specs;
    if (!spec) throw new Error('the fixture has no spec');
    expect(checkExpectations(spec).diagnostics).toEqual([]);
    const target = await chooseTarget({ target: 'onnxruntime', onnxruntime: { threads: 1 } });
    const compiled = await compileSpec(spec, { target, directory: folder });
    expect(compiled.verdict?.ok).toBe(true);
    expect(readdirSync(folder)).toContain(compiled.manifest.onnx.file);
    expect(await readManifest(folder)).toEqual(compiled.manifest);
    const source = createFileByteSource(join(folder, 'model.onnx'));
    const { opset, layers } = await inspectOnnx(source);
    source.close();
    expect({ opset, nodes: layers.length }).toEqual({ opset: 13, nodes: 52 });
  });

  it('calibrate a network and tell how large its numbers get', async () => {
    const { specs } = await loadSpecs(['examples/digits/digits.rn']);
    const [spec] = specs;
    if (!spec) throw new Error('there is no spec');
    const pictures = 'examples/digits/calibration.zip';
    const network = await loadNetwork(spec, {});
    try {
      const { file, sample } = await calibrateNetwork(network, {
        calibrate: pictures,
        calibrationImages: 20,
        calibrationAlgorithm: 'max',
        directory: folder,
      });
      expect(file.data.images).toBe(20);
      expect(sample?.shape).toEqual([8, 1, 32, 32]);
      expect(await readCalibrationFile(join(folder, 'calibration.json'))).toEqual(file);
      const fused = fuseNetwork(network.graph);
      const [input] = fused.inputs;
      if (!input) throw new Error('the network has no input');
      const request = { spec, input: input.type, images: 20 };
      const data = await openCalibrationData(pictures, 'pictures', request);
      const report = await reportRanges(fused, data, { keepFp32: () => false });
      await data.close();
      expect(judgeRanges(report)).toEqual([]);
      const last = file.tensors['stage3/block1/conv2/relu'];
      const [block] = report.blocks.filter(({ block: name }) => name === 'stage3/block1');
      expect(block?.largestActivation ?? 0).toBeGreaterThanOrEqual(last?.largest ?? Infinity);
    } finally {
      network.close();
    }
  });

  it('throw what a user did wrong as diagnostics', async () => {
    const { specs } = await loadSpecs('specs/resnet18.rn');
    const [spec] = specs;
    if (!spec) throw new Error('there is no spec');
    const compiling = compileSpec(spec, {
      target: await chooseTarget({ target: 'onnxruntime' }),
      directory: join(folder, 'no'),
      weights: 'test/fixtures/weights/neck4_d.safetensors',
    });
    const error: unknown = await compiling.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DiagnosticError);
    expect((error as InstanceType<typeof DiagnosticError>).diagnostics).toMatchObject([
      { code: 'weights-do-not-fit' },
    ]);
  });
});
