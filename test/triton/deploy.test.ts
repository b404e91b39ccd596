/* What `rcc deploy` writes is loaded by a real Triton and answers what it should; what rcc refuses, Triton refuses for the same reason. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Broken, broken, sound } from '../deploy/triton/broken.ts';
import { rcc } from '../helpers/cli.ts';
import { isInstalled, needs, startTriton, type Triton } from './environment.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-triton-deploy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Model {
  readonly name: string;
  readonly options: readonly string[];
  /** Of `rcc deploy`. */
  readonly deployed?: readonly string[];
  /** What `rcc verify --server` asks; default: all there is. */
  readonly checks?: readonly string[];
}

const all = ['tensors', 'batch 1', 'batch 8', 'batch 9', 'labels', 'picture'];
const models: readonly Model[] = [
  { name: 'fp32', options: ['--fp32'] },
  { name: 'fp16', options: ['--fp16'] },
  { name: 'int8', options: ['--int8', '--calibrate', 'examples/digits/calibration.zip'] },
  {
    name: 'fixed',
    options: ['--fp32', '--batch', '3'],
    deployed: ['--max-batch', '0'],
    checks: ['tensors', 'batch 3', 'batch 4', 'labels', 'picture'],
  },
  // Float16 scales, which onnxruntime's optimiser computes wrongly.
  {
    name: 'fp8',
    options: ['--fp8', '--calibrate', 'examples/digits/calibration.zip', '--trt', '11.1'],
  },
  { name: 'pixels', options: ['--fp32', '--input-type', 'uint8-nhwc'] },
];
const artifactOf = (name: string): string => join(folder, 'artifacts', name);

async function succeed(...argv: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await rcc(...argv);
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

const compile = (name: string, options: readonly string[]) =>
  succeed(
    ...['compile', 'examples/digits/digits.rn', ...options, '--target', 'onnx', '--no-verify'],
    ...['-o', artifactOf(name)],
  );

async function verify(triton: Triton | undefined, model: string) {
  const picture = ['--picture', 'examples/digits/four.png'];
  const server = ['--server', triton?.address ?? '', '--model', model];
  const { result } = JSON.parse(
    await succeed('verify', artifactOf(model), ...server, ...picture, '--json'),
  );
  return (result[0].checks as { what: string; ok: boolean }[]).map(({ what, ok }) => [what, ok]);
}

describe.skipIf(!isInstalled)(`what rcc deploy writes (${needs})`, () => {
  let triton: Triton | undefined;
  const repository = join(folder, 'repository');
  const deployment = (name: string, ...options: readonly string[]) => [
    ...['deploy', artifactOf(name), '--to', 'triton', '-o', repository, '--name', name, ...options],
  ];
  beforeAll(async () => {
    for (const { name, options } of models) await compile(name, options);
    // A version of an earlier model, which the next one takes the place of.
    await succeed(
      ...deployment('fp32').map((word) =>
        word === artifactOf('fp32') ? artifactOf('fp16') : word,
      ),
    );
    for (const { name, deployed = [] } of models)
      await succeed(...deployment(name, '--as', 'next', ...deployed));
    triton = await startTriton(repository);
  }, 120_000);
  afterAll(() => triton?.stop());

  it.each(models)('is loaded, warmed up and answers as $name', async ({ name, checks = all }) => {
    expect(await verify(triton, name)).toEqual(checks.map((what) => [what, true]));
  });

  it('answers the labels of each row', async () => {
    const text = readFileSync('examples/digits/labels.txt', 'utf8');
    const labels = text.trim().split(/\r?\n/);
    const config = await fetch(`${triton?.address}/v2/models/pixels/config`);
    const { dynamic_batching: batching, output } = (await config.json()) as {
      dynamic_batching: object;
      output: readonly { label_filename: string }[];
    };
    expect(batching).toBeDefined();
    expect(output.map(({ label_filename: file }) => file)).toEqual(['labels.txt']);
    const rows = 3;
    const answer = await fetch(`${triton?.address}/v2/models/pixels/infer`, {
      method: 'POST',
      body: JSON.stringify({
        inputs: [
          {
            ...{ name: 'input', datatype: 'UINT8', shape: [rows, 32, 32, 1] },
            data: Array.from({ length: rows * 32 * 32 }, (_, at) => (at * 7) % 256),
          },
        ],
        outputs: [{ name: 'logits', parameters: { classification: 2 } }],
      }),
    });
    const { outputs } = (await answer.json()) as {
      outputs: readonly { shape: readonly number[]; data: readonly string[] }[];
    };
    expect(outputs[0]?.shape).toEqual([rows, 2]);
    for (const one of outputs[0]?.data ?? []) {
      const [, index = '', label] = one.split(':');
      expect(label).toBe(labels[Number(index)]);
    }
  });

  it('serves the newest version alone', async () => {
    const answer = await fetch(`${triton?.address}/v2/models/fp32`);
    expect(((await answer.json()) as { versions: readonly string[] }).versions).toEqual(['2']);
  });
});

describe.skipIf(!isInstalled)(`what rcc refuses (${needs})`, () => {
  beforeAll(async () => void (await compile('broken', ['--fp32'])), 60_000);

  function repositoryOf({ config, version = '1', ...one }: Omit<Broken, 'what' | 'rcc'>): string {
    const repository = mkdtempSync(join(folder, 'broken-'));
    const model = join(repository, 'digits');
    mkdirSync(join(model, version), { recursive: true });
    writeFileSync(join(model, 'config.pbtxt'), config);
    const from = artifactOf('broken');
    if (!one.withoutLabels) cpSync(join(from, 'labels.txt'), join(model, 'labels.txt'));
    if (!one.withoutModel) cpSync(join(from, 'model.onnx'), join(model, version, 'model.onnx'));
    return repository;
  }

  async function logOf(repository: string): Promise<string> {
    try {
      await (await startTriton(repository)).stop();
      return 'loaded';
    } catch (error) {
      return String(error);
    }
  }

  it('loads a sound one', async () => {
    expect(await logOf(repositoryOf({ config: sound }))).toBe('loaded');
  });

  const told = broken.filter(({ triton }) => triton !== undefined);
  it('is a dozen and more', () => expect(told.length).toBeGreaterThanOrEqual(12));

  it.each(told)('Triton refuses too: $what', async ({ what: _, rcc: _own, ...one }) => {
    expect(await logOf(repositoryOf(one))).toContain(one.triton);
  });
});
