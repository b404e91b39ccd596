/* Models that rcc compiled, served by a real Triton and judged by rcc. The repository is written by hand: what makes one has tests of its own. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rcc } from '../helpers/cli.ts';
import { isInstalled, needs, perfFolder, startTriton, type Triton } from './environment.ts';

const digits = 'examples/digits/digits.rn';
const calibration = ['--calibrate', 'examples/digits/calibration.zip'];

interface Served {
  readonly name: string;
  /** What `rcc compile` and `rcc verify` are told. */
  readonly options: readonly string[];
  readonly backend: 'onnxruntime' | 'tensorrt';
  readonly input: string;
}

const floats = 'data_type: TYPE_FP32 dims: [ 1, 32, 32 ]';
const pixels = 'data_type: TYPE_UINT8 dims: [ 32, 32, 1 ]';

const models: readonly Served[] = [
  { name: 'fp32', options: ['--fp32'], backend: 'onnxruntime', input: floats },
  { name: 'fp16', options: ['--fp16'], backend: 'tensorrt', input: floats },
  { name: 'int8', options: ['--int8', ...calibration], backend: 'onnxruntime', input: floats },
  {
    name: 'pixels',
    options: ['--fp32', '--input-type', 'uint8-nhwc'],
    backend: 'tensorrt',
    input: pixels,
  },
];

const files = { onnxruntime: 'model.onnx', tensorrt: 'model.plan' } as const;

function configOf({ name, backend, input }: Omit<Served, 'options'>, output: string): string {
  return [
    `name: "${name}"`,
    `backend: "${backend}"`,
    'max_batch_size: 8',
    `input [ { name: "input" ${input} } ]`,
    `output [ { name: "logits" data_type: TYPE_FP32 dims: [ 10 ] ${output} } ]`,
    'dynamic_batching { }',
    '',
  ].join('\n');
}

let folder = '';
let triton: Triton | undefined;
const artifactOf = (name: string): string => join(folder, 'artifacts', name);

async function serve(model: Served): Promise<void> {
  const { name, options, backend } = model;
  const artifact = artifactOf(name);
  const { exitCode, stderr } = await rcc(
    ...['compile', digits, ...options, '--target', 'onnx', '--no-verify', '-o', artifact],
  );
  expect(exitCode, stderr).toBe(0);
  place(name, artifact, backend, configOf(model, 'label_filename: "labels.txt"'));
}

function place(name: string, artifact: string, backend: Served['backend'], config: string): void {
  const model = join(folder, 'repository', name);
  mkdirSync(join(model, '1'), { recursive: true });
  cpSync(join(artifact, 'model.onnx'), join(model, '1', files[backend]));
  cpSync(join(artifact, 'labels.txt'), join(model, 'labels.txt'));
  writeFileSync(join(model, 'config.pbtxt'), config);
}

async function verify(name: string, ...words: readonly string[]) {
  const { exitCode, stdout } = await rcc(
    ...['verify', ...words, '--server', triton?.address ?? '', '--model', name, '--json'],
  );
  const { result, diagnostics } = JSON.parse(stdout);
  const checks = (result[0]?.checks ?? []) as { what: string; ok: boolean; detail: string }[];
  const codes: readonly string[] = diagnostics.map(({ code }: { code: string }) => code);
  return { exitCode, checks, codes };
}

describe.skipIf(!isInstalled)(`a real Triton (${needs})`, () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rcc-triton-'));
    for (const model of models) await serve(model);
    const unlabelled = { name: 'unlabelled', backend: 'onnxruntime', input: floats } as const;
    place('unlabelled', artifactOf('fp32'), 'onnxruntime', configOf(unlabelled, ''));
    triton = await startTriton(join(folder, 'repository'));
  }, 120_000);
  afterAll(async () => {
    await triton?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const all = ['tensors', 'batch 1', 'batch 8', 'batch 9', 'labels', 'picture'];
  const picture = ['--picture', 'examples/digits/four.png'];

  it.each(models)('$name passes against its spec', async ({ name, options }) => {
    // The form of input is found from the server's metadata.
    const told = options.filter((word) => !['--input-type', 'uint8-nhwc'].includes(word));
    const { checks, codes, exitCode } = await verify(name, digits, ...told, ...picture);
    expect(checks.map(({ what, ok }) => [what, ok])).toEqual(all.map((what) => [what, true]));
    expect(checks.at(-1)?.detail).toContain("class 4, 'four'");
    expect(codes).toEqual([]);
    expect(exitCode).toBe(0);
  });

  it.each(models)('$name passes against its artifact', async ({ name }) => {
    const { checks, codes } = await verify(name, artifactOf(name), ...picture);
    expect(checks.map(({ what, ok }) => [what, ok])).toEqual(all.map((what) => [what, true]));
    expect(codes).toEqual([]);
  });

  it('is told from another model, and from one without labels', async () => {
    const other = await verify('pixels', artifactOf('fp32'));
    expect(other.codes).toEqual(['server-tensor-differs']);
    const unlabelled = await verify('unlabelled', digits);
    expect(unlabelled.codes).toEqual(['server-labels-differ']);
    expect(unlabelled.exitCode).toBe(1);
  });

  it('has no other model and no other version', async () => {
    expect((await verify('resnet50', digits)).codes).toEqual(['server-model-unknown']);
    const version = await verify('fp32', digits, '--model-version', '7');
    expect(version.codes).toEqual(['server-version-unknown']);
  });

  it('counts the requests that rcc bench sends', async () => {
    const quick = ['--warm-up', '50', '--duration', '300', '--concurrency', '1,4'];
    const { stdout, exitCode } = await rcc(
      ...['bench', '--server', triton?.address ?? '', '--model', 'fp32', ...quick, '--json'],
    );
    expect(exitCode).toBe(0);
    for (const { requests, latency, server } of JSON.parse(stdout).result.rows) {
      expect(server.requests).toBe(requests);
      const share = server.queueMs + server.computeInputMs + server.computeInferMs;
      expect(share + server.computeOutputMs).toBeLessThan(latency.meanMs);
    }
  });

  it.skipIf(!perfFolder)('is timed as perf_analyzer times it (needs its binary)', async () => {
    const { address = '' } = triton ?? {};
    const load = ['-b', '1', '--concurrency-range', '2', '--request-count', '1000'];
    const { stdout: said } = await promisify(execFile)(
      join(perfFolder ?? '', 'perf_analyzer'),
      ['-m', 'fp32', '-u', address.replace('http://', ''), '-i', 'http', ...load],
      { env: { ...process.env, LD_LIBRARY_PATH: perfFolder } },
    );
    const { stdout } = await rcc(
      ...['bench', '--server', address, '--model', 'fp32', '--concurrency', '2', '--json'],
    );
    const [{ latency }] = JSON.parse(stdout).result.rows;
    const p50Ms = Number(/p50 latency: (\d+) usec/.exec(said)?.[1]) / 1000;
    // Two processes share two cores with others, which slow one or the other down: the order of magnitude is held, and that both mean a round trip.
    expect(latency.medianMs).toBeGreaterThan(p50Ms / 6);
    expect(latency.minMs).toBeLessThan(p50Ms * 6);
  });
});
