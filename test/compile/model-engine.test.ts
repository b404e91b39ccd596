/* Models whose quantisers have float16 scales, which onnxruntime's optimiser computes wrongly: everything that runs them has to run them node by node. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Precision, Tensor } from '../../engines/engine.ts';
import { onnxTarget } from '../../engines/onnx/target.ts';
import { createOnnxruntimeEngine } from '../../engines/onnxruntime/engine.ts';
import type { Optimization } from '../../engines/onnxruntime/optimization.ts';
import { numbersOf } from '../../engines/tensor-values.ts';
import { compileSpec } from '../../src/compile/compile.ts';
import { expectArtifact } from '../../src/compile/expect-artifact.ts';
import { openArtifact } from '../../src/compile/open-classifier.ts';
import { readManifest } from '../../src/compile/read-manifest.ts';
import { deploy, destinationOf, readArtifacts } from '../../src/deploy/deploy.ts';
import { specAt } from '../helpers/spec-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-model-engine-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const releases = { quantised: '11.1', plain: undefined } as const;

async function compile(precision: Precision, trt: string | undefined, directory: string) {
  const target = await onnxTarget.choose({ typing: 'auto', trt }, { precision, env: {} });
  const calibrate = 'examples/digits/calibration.zip';
  const spec = await specAt('examples/digits/digits.rn');
  await compileSpec(spec, { target, directory, calibrate, calibrationImages: 20, verify: false });
}

async function answer(directory: string, optimization: Optimization, input: Tensor) {
  const engine = createOnnxruntimeEngine({ optimization });
  const { logits } = await engine.run(join(directory, 'model.onnx'), { input });
  return numbersOf(logits as Tensor);
}

function farthest(some: Float64Array, others: Float64Array): number {
  return Math.max(...some.map((value, at) => Math.abs(value - (others[at] ?? Number.NaN))));
}

describe.each(['fp8', 'int8'] as const)('%s with float16 scales', (precision) => {
  const directory = join(folder, precision);
  beforeAll(() => compile(precision, releases.quantised, directory), 60_000);
  const manifestOf = () => readManifest(directory);

  it('is answered by a classifier and expected of a server as ONNX says, not as the optimiser makes it', async () => {
    const manifest = await manifestOf();
    const { engine: input, answers } = await (await expectArtifact(directory, manifest, {})).ask();
    const asWritten = await answer(directory, 'disabled', input);
    // Else nothing here could fail.
    expect(farthest(asWritten, await answer(directory, 'all', input))).toBeGreaterThan(0.05);
    expect(farthest(numbersOf(answers[0]?.expected as Tensor), asWritten)).toBe(0);
    const classifier = await openArtifact(directory, manifest, { engine: undefined, batch: 1 });
    const { logits } = await classifier.engine.run({ input });
    await classifier.close();
    expect(farthest(numbersOf(logits as Tensor), asWritten)).toBe(0);
  });

  it('is deployed with the optimiser off', async () => {
    const artifacts = await readArtifacts([directory]);
    const wanted = {
      python: ['classify.py', 'ORT_DISABLE_ALL'],
      node: ['classify.mjs', "graphOptimizationLevel: 'disabled'"],
      triton: [
        `digits_${precision}/config.pbtxt`,
        'optimization {\n  graph {\n    level: 2\n  }\n}',
      ],
    } as const;
    for (const [name, [file, text]] of Object.entries(wanted)) {
      const output = join(folder, `${precision}-${name}`);
      await deploy(destinationOf(name), { artifacts, output });
      expect(readFileSync(join(output, file), 'utf8')).toContain(text);
    }
  });
});

it('is optimised where it has other scales', async () => {
  const directory = join(folder, 'plain');
  await compile('int8', releases.plain, directory);
  const output = join(folder, 'plain-triton');
  await deploy(destinationOf('triton'), { artifacts: await readArtifacts([directory]), output });
  const config = readFileSync(join(output, 'digits_int8', 'config.pbtxt'), 'utf8');
  expect(config).not.toContain('optimization');
}, 60_000);
