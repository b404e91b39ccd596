import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  bench,
  type CompileRequest,
  chooseTarget,
  compile,
  type Diagnostic,
  DiagnosticError,
  evaluate,
  loadSpecs,
  verify,
} from '../../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-api-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const digits = 'examples/digits/digits.rn';
/** No TensorRT is found, whatever this machine has. */
const env = { PATH: '' };

/** What a call is refused with. */
async function refusal(work: Promise<unknown>): Promise<readonly Diagnostic[]> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof DiagnosticError) return error.diagnostics;
  throw new Error('it was not refused', { cause: error });
}

const told = (diagnostics: readonly Diagnostic[]) =>
  diagnostics.map(({ code, message, hint }) => [code, message, hint]);

describe('compile', () => {
  it('takes a path, verifies, and times nothing that nobody asked for', async () => {
    const directory = join(folder, 'plain');
    const made = await compile(digits, { precision: 'fp16', directory, env });
    expect(made).toMatchObject({ directory, measurements: [], diagnostics: [] });
    expect(made.verdict?.ok).toBe(true);
    expect(made.manifest).toMatchObject({ precision: 'fp16', target: 'onnxruntime' });
    expect(made.manifest.command).toBeUndefined();
    expect(readdirSync(directory)).not.toContain('timing.json');
  });

  it('takes a loaded spec, and times as long as it is told', async () => {
    const { specs } = await loadSpecs(digits);
    const [spec] = specs;
    if (!spec) throw new Error('there is no spec');
    const { measurements, manifest } = await compile(spec, {
      directory: join(folder, 'timed'),
      target: 'onnxruntime',
      onnxruntime: { threads: 1 },
      batches: [2],
      timing: { warmUpMs: 0, durationMs: 0, minIterations: 3 },
    });
    expect(manifest.precision).toBe('fp32');
    expect(measurements.map(({ batch, iterations }) => [batch, iterations])).toEqual([[2, 3]]);
    expect(measurements[0]?.settings).toMatchObject({ threads: 1 });
  });

  it('says which settings are meant for another target', async () => {
    const { diagnostics } = await compile(digits, {
      directory: join(folder, 'idle'),
      target: 'onnx',
      onnx: { trt: '8.6' },
      tensorrt: { tf32: true, workspaceMiB: undefined },
    });
    expect(told(diagnostics)).toEqual([
      [
        'option-idle',
        'tensorrt.tf32 changes nothing for target onnx: it is meant for tensorrt.',
        undefined,
      ],
    ]);
  });

  it('warns of nothing that auto may use', async () => {
    const directory = join(folder, 'auto');
    const { diagnostics } = await compile(digits, {
      ...{ directory, env, verify: false },
      tensorrt: { workspaceMiB: 4096 },
    });
    expect(diagnostics).toEqual([]);
  });

  it('is refused where the network is not what its spec expects', async () => {
    const path = join(folder, 'wrong.rn');
    writeFileSync(
      path,
      'model wrong { depth 18  input 3x64x64  classes 10  expect { params 1M } }',
    );
    expect(await refusal(compile(path))).toMatchObject([{ code: 'expectation-failed' }]);
  });

  const wrong: readonly (readonly [unknown, readonly unknown[]])[] = [
    [
      { target: 'tensor-rt' },
      [['argument-unknown', "There is no target 'tensor-rt'.", "Did you mean 'tensorrt'?"]],
    ],
    [
      { precision: 'fp61' },
      [
        [
          'argument-unknown',
          "There is no precision 'fp61'.",
          'There are: fp32, fp16, int8, fp8, bf16.',
        ],
      ],
    ],
    [
      { tensorrt: { workspaceMib: 4 } },
      [
        [
          'argument-unknown',
          "There is no tensorrt option 'workspaceMib'.",
          "Did you mean 'workspaceMiB'?",
        ],
      ],
    ],
    [
      { batches: [1, 0], seed: -1 },
      [
        ['option-value', expect.stringMatching(/^batches cannot be '0'/), undefined],
        ['option-value', expect.stringMatching(/^seed cannot be '-1'/), undefined],
      ],
    ],
    [
      { timing: { durationMs: Number.NaN, minIterations: 0 } },
      [
        ['option-value', expect.stringMatching(/^timing\.durationMs cannot be 'NaN'/), undefined],
        ['option-value', expect.stringMatching(/^timing\.minIterations cannot be '0'/), undefined],
      ],
    ],
    [
      { batch: 4, batches: [1] },
      [['batches-of-fixed-graph', expect.any(String), expect.any(String)]],
    ],
    [{ target: 'tensorrt-rtx' }, [['option-missing', expect.any(String), expect.any(String)]]],
  ];

  it.each(wrong)('is refused with %j', async (request, expected) => {
    const compiling = compile(digits, { env, ...(request as CompileRequest) });
    expect(told(await refusal(compiling))).toEqual(expected);
  });

  it('judges the settings of every target, whichever is meant', async () => {
    const compiling = compile(digits, {
      target: 'onnxruntime',
      onnxruntime: { threads: 0 },
      tensorrt: { workspaceMiB: -4, profile: { min: 4, opt: 1, max: 8 } },
    });
    const texts = (await refusal(compiling)).map(({ message }) => message);
    expect(texts).toHaveLength(3);
    expect(texts).toContain(`--profile cannot be '{"min":4,"opt":1,"max":8}': min ≤ opt ≤ max.`);
  });
});

describe('verify, bench and evaluate', () => {
  it('take a path and plain options', async () => {
    expect((await verify(digits, { precision: 'fp16', env })).verdict.ok).toBe(true);
    const timing = { warmUpMs: 0, durationMs: 0, minIterations: 1 };
    const { measurements } = await bench(digits, { batches: [1, 3], timing, env });
    expect(measurements.map(({ model, batch }) => [model, batch])).toEqual([
      ['digits', 1],
      ['digits', 3],
    ]);
    const precisions = ['fp32', 'fp16'] as const;
    const data = 'examples/digits/test.zip';
    const evaluation = await evaluate(digits, { data, precisions, limit: 20, env });
    expect(evaluation.precisions.map(({ precision }) => precision)).toEqual(precisions);
  });

  it('are refused at once where the target runs nothing', async () => {
    const target = 'onnx';
    const codes = async (work: Promise<unknown>) => (await refusal(work)).map(({ code }) => code);
    expect(await codes(verify(digits, { target }))).toEqual(['target-without-engine']);
    expect(await codes(bench(digits, { target }))).toEqual(['target-without-engine']);
    expect(await codes(evaluate(digits, { target, data: 'no.zip' }))).toEqual([
      'target-without-engine',
    ]);
  });
});

describe('chooseTarget', () => {
  it('gives what loads and runs an engine, and tells idle settings', async () => {
    const notes: Diagnostic[] = [];
    const { name, engine } = await chooseTarget({
      target: 'onnxruntime',
      onnx: { typing: 'weak' },
      listener: { onNote: (note) => void notes.push(note), onStart: undefined },
    });
    expect(name).toBe('onnxruntime');
    const loaded = await engine?.load(join(folder, 'plain', 'model.onnx'));
    expect(loaded?.outputs.map((output) => output.name)).toEqual(['logits']);
    await loaded?.close();
    expect(notes.map(({ code }) => code)).toEqual(['option-idle']);
  });
});
