import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../engines/engine.ts';
import { createOnnxruntimeEngine } from '../../engines/onnxruntime/engine.ts';
import { readFacts } from '../../engines/read-facts.ts';
import { numbersOf } from '../../engines/tensor-values.ts';
import { findTrtexec } from '../../engines/tensorrt/machine/find.ts';
import { inspectMachine } from '../../engines/tensorrt/machine/machine.ts';
import { tensorrtIntent } from '../../engines/tensorrt/planning/intent.ts';
import { checkTensorrtEngine } from '../../engines/tensorrt/running/check-engine.ts';
import type { TensorrtEngineOptions } from '../../engines/tensorrt/running/context.ts';
import { createTensorrtEngine } from '../../engines/tensorrt/running/driver.ts';
import { tensorrtFacts } from '../../engines/tensorrt/running/facts.ts';
import { testGraph } from '../engines/tensorrt/helpers.ts';
import { rccIn } from '../helpers/cli.ts';
import { numbers } from '../helpers/graphs.ts';
import { modelBytes } from '../helpers/run-graph.ts';

const tool = await findTrtexec({ env: process.env });

/** What the stand-in only pretends, on NVIDIA's own trtexec: skipped by name where there is none. */
describe.skipIf(!tool)('a real trtexec (needs trtexec and a GPU)', () => {
  let directory = '';
  let options: TensorrtEngineOptions;
  let engine: Engine;
  const batches = [1, 4];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rcc-gpu-'));
    await writeFile(join(directory, 'model.onnx'), await modelBytes(testGraph()));
    options = {
      machine: await inspectMachine({ env: process.env, device: 0 }),
      intent: tensorrtIntent({ batches }),
      cacheDirectory: join(directory, 'cache'),
    };
    engine = createTensorrtEngine(options);
  }, 300_000);

  afterAll(() => rm(directory, { recursive: true, force: true }));

  test('builds, fits this machine, times and computes what onnxruntime computes', async () => {
    const modelPath = join(directory, 'model.onnx');
    const built = await engine.build({ modelPath, directory });
    const facts = readFacts(
      tensorrtFacts,
      JSON.parse(JSON.stringify(built.facts)),
      'manifest.json',
    );
    expect(checkTensorrtEngine(facts, options.machine).map(({ fits }) => fits)).not.toContain('no');
    const request = { warmUpMs: 200, durationMs: 1000, minIterations: 100 };
    for (const batch of batches) {
      const measured = await engine.measure(built.path, { ...request, batch });
      expect(measured.device.kind).toBe('gpu');
      expect(measured.parts?.gpuCompute?.medianMs).toBeGreaterThan(0);
      expect(measured.latency.medianMs).toBeGreaterThanOrEqual(
        measured.parts?.gpuCompute?.medianMs ?? 0,
      );
      const bytes = new Uint8Array(numbers(batch * 3 * 8 * 8, 5).buffer);
      const inputs = { input: { dataType: 'float32' as const, shape: [batch, 3, 8, 8], bytes } };
      const outputs = await engine.run(built.path, inputs);
      const reference = await createOnnxruntimeEngine({ threads: 1 }).run(modelPath, inputs);
      const [a, b] = [outputs.logits, reference.logits].map((t) => t && numbersOf(t));
      const differences = (a ?? []).map((x, i) => Math.abs(x - (b?.[i] ?? Number.NaN)));
      expect(Math.max(...differences)).toBeLessThan(1e-4);
    }
  }, 600_000);

  test('compiles, audits, verifies, benches and checks through the command line', async () => {
    const run = async (...argv: readonly string[]) => {
      const outcome = await rccIn({ env: process.env }, ...argv);
      expect([argv[0], outcome.exitCode, outcome.stderr]).toEqual([
        argv[0],
        0,
        expect.not.stringContaining('error:'),
      ]);
      return outcome.stdout;
    };
    const spec = 'examples/digits/digits.rn';
    const precisions = ['--fp32', '--fp16'];
    const target = ['--target', 'tensorrt'];
    expect(await run('doctor', ...target)).toMatch(/good +TensorRT/);
    const artifacts = join(directory, 'artifacts');
    const made = await run('compile', spec, ...precisions, ...target, '-o', artifacts);
    expect(made).toContain('Host latency of one batch');
    // The spec's own reference: what the training framework answered.
    await run('verify', spec, ...precisions, ...target);
    const bench = join(directory, 'bench.json');
    await run('bench', spec, ...precisions, ...target, '--batch', '1,4,8', '-o', bench);
    const { rows } = JSON.parse(await readFile(bench, 'utf8'));
    expect(rows).toHaveLength(6);
    for (const { device, parts } of rows) {
      expect(device.kind).toBe('gpu');
      expect(parts.gpuCompute.medianMs).toBeGreaterThan(0);
    }
    await run('check-engine', ...['fp32', 'fp16'].map((p) => join(artifacts, 'digits', p)));
  }, 1_800_000);
});
