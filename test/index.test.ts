import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  checkExpectations,
  chooseTarget,
  compileSpec,
  createFileByteSource,
  DiagnosticError,
  loadSpecFiles,
  readOnnx,
  summarizeOnnx,
} from '../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-api-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the public names', () => {
  it('check, compile, verify and inspect a spec as the commands do', async () => {
    const { specs, diagnostics } = await loadSpecFiles([
      'test/fixtures/weights/neck4_d.rn#neck4_d',
    ]);
    expect(diagnostics).toEqual([]);
    const [spec] = specs;
    if (!spec) throw new Error('the fixture has no spec');
    expect(checkExpectations(spec).diagnostics).toEqual([]);
    const { engine, form } = await chooseTarget({
      target: 'onnxruntime',
      precision: 'fp32',
      env: {},
      threads: 1,
    });
    const compiled = await compileSpec(spec, {
      precision: 'fp32',
      directory: folder,
      form,
      ...(engine ? { engine } : {}),
    });
    expect(compiled.verdict?.ok).toBe(true);
    expect(readdirSync(folder)).toContain(compiled.manifest.onnx.file);
    const source = createFileByteSource(join(folder, 'model.onnx'));
    const { opset, layers } = summarizeOnnx(await readOnnx(source));
    source.close();
    expect({ opset, nodes: layers.length }).toEqual({ opset: 13, nodes: 52 });
  });

  it('throw what a user did wrong as diagnostics', async () => {
    const { specs } = await loadSpecFiles(['specs/resnet18.rn']);
    const [spec] = specs;
    if (!spec) throw new Error('there is no spec');
    const compiling = compileSpec(spec, {
      precision: 'fp32',
      directory: join(folder, 'no'),
      weights: 'test/fixtures/weights/neck4_d.safetensors',
    });
    const error: unknown = await compiling.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DiagnosticError);
    expect((error as DiagnosticError).diagnostics).toMatchObject([{ code: 'weights-do-not-fit' }]);
  });
});
