/* A network that answers NaN, from every command's side: it is an error with exit code 1, and no figure of it is told. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { rcc } from '../helpers/cli.ts';
import { fillTensor } from '../helpers/edit-safetensors.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-not-finite-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const inFolder = (name: string): string => join(folder, name);

const digits = 'examples/digits/digits.rn';
const trained = 'examples/digits/digits.safetensors';
/** All weights are finite: what they make of a picture is not, in float32 or in float16 alone. */
const beyond32 = inFolder('beyond32.safetensors');
fillTensor(trained, beyond32, 'layer1.0.bn1.bias', 3e38);
const beyond16 = inFolder('beyond16.safetensors');
fillTensor(trained, beyond16, 'layer1.0.bn1.bias', 6e4);
const onProcessor = ['--target', 'onnxruntime', '--threads', '1'];

interface Told {
  readonly exitCode: number;
  readonly codes: readonly string[];
  readonly result: unknown;
  readonly text: string;
}

/** What a command tells a machine, and people. */
async function tell(...argv: readonly string[]): Promise<Told> {
  const json = await rcc(...argv, '--json');
  const { result, diagnostics, ok } = JSON.parse(json.stdout);
  expect(ok).toBe(false);
  // A figure that is no number would be null there.
  expect(JSON.stringify(result ?? {})).not.toContain('null');
  const codes = diagnostics
    .filter(({ severity }: { severity: string }) => severity === 'error')
    .map(({ code }: { code: string }) => code);
  const { stdout, exitCode } = await rcc(...argv, '--quiet');
  expect(exitCode).toBe(json.exitCode);
  return { exitCode, codes, result, text: stdout };
}

/** A spec of the same network without a reference: it is judged against itself, unfolded. */
const alone = inFolder('alone.rn');
writeFileSync(
  alone,
  readFileSync(digits, 'utf8').replaceAll(/^.*(?:labels|weights|reference).*$/gm, ''),
);

describe('a network that leaves float32', () => {
  const weights = ['--weights', beyond32];

  it('rcc verify: the logits are counted, the first node is named with its line', async () => {
    const told = await tell('verify', digits, ...weights, ...onProcessor, '--bisect');
    expect([told.exitCode, told.codes]).toEqual([
      1,
      ['outputs-not-finite', 'bisection-not-finite'],
    ]);
    expect(told.result).toMatchObject([
      {
        verdict: { ok: false, nonFinite: { actual: 80, expected: 0 } },
        bisection: [{ stage: 'as trained', first: { node: 'stage1/block0/conv2' } }],
      },
    ]);
    expect(told.text).toContain('digits fp32: FAILED against the reference');
    expect(told.text).toContain('80 of 80 logits are NaN or infinite');
    expect(told.text).not.toMatch(/agreement|cosine|error {4}/);
  });

  it('rcc verify against the unfolded graph does not call two broken ones equal', async () => {
    const told = await tell('verify', alone, ...weights, ...onProcessor, '--fp16');
    expect(told.exitCode).toBe(1);
    expect(new Set(told.codes)).toEqual(new Set(['expected-not-finite']));
    expect(told.text).not.toMatch(/agreement|passed/);
  });

  it.each(['onnx', 'onnxruntime'])('rcc compile --target %s writes nothing', async (target) => {
    const output = inFolder(`compiled-${target}`);
    const told = await tell('compile', alone, ...weights, '--target', target, '-o', output);
    expect([told.exitCode, told.codes]).toEqual([1, ['expected-not-finite']]);
    expect(told.result).toMatchObject([{ verdict: { ok: false }, measurements: [] }]);
    expect(told.text).toBe('');
    expect(existsSync(output)).toBe(false);
  });

  it('rcc compile --no-verify writes it, and times nothing', async () => {
    const output = inFolder('unjudged');
    const told = await tell(
      'compile',
      digits,
      ...weights,
      '--no-verify',
      ...onProcessor,
      '-o',
      output,
    );
    expect([told.exitCode, told.codes]).toEqual([1, ['outputs-not-finite']]);
    expect(told.text).toBe(`${output}\n`);
    expect(readdirSync(output)).not.toContain('timing.json');
    expect(readdirSync(output)).toContain('model.ort.onnx');
  });

  it('rcc compile --int8 names the tensor that it cannot calibrate', async () => {
    const output = inFolder('calibrated');
    const calibrate = ['--int8', '--calibrate', 'examples/digits/calibration.zip'];
    const told = await tell(
      'compile',
      digits,
      ...weights,
      ...calibrate,
      ...onProcessor,
      '-o',
      output,
    );
    expect([told.exitCode, told.codes]).toEqual([1, ['activations-not-finite']]);
    expect(existsSync(output)).toBe(false);
  });

  it('rcc bench tells no time', async () => {
    const output = inFolder('bench.json');
    const told = await tell(
      'bench',
      digits,
      ...weights,
      ...onProcessor,
      '--batch',
      '1,2',
      '-o',
      output,
    );
    expect([told.exitCode, told.codes]).toEqual([1, ['outputs-not-finite']]);
    expect(told.result).toMatchObject({ rows: [] });
    expect(told.text).toBe('');
    expect(existsSync(output)).toBe(false);
  });

  it('rcc eval tells no accuracy', async () => {
    const output = inFolder('accuracies.json');
    const data = ['--data', 'examples/digits/test.zip', '--limit', '20', '-o', output];
    const told = await tell('eval', digits, ...weights, ...onProcessor, ...data);
    expect(told.exitCode).toBe(1);
    expect(told.codes).toEqual(['outputs-not-finite']);
    expect(told.result).toMatchObject({
      ok: false,
      precisions: [],
      comparisons: [],
      notFinite: [{ precision: 'fp32', pictures: 20 }],
    });
    expect(told.text).toMatch(/^fp32 +NaN$/m);
    expect(told.text).not.toMatch(/\d %(?! interval)/);
    expect(existsSync(output)).toBe(false);
  });

  it('rcc diagnose blames no preprocessing', async () => {
    // NaN would sort class 0 first.
    const told = await tell(
      'diagnose',
      digits,
      'examples/digits/four.png',
      ...weights,
      '--got',
      '0',
    );
    expect([told.exitCode, told.codes]).toEqual([1, ['outputs-not-finite']]);
    expect(told.text).toBe('');
  });
});

describe('a network that leaves float16', () => {
  const weights = ['--weights', beyond16];

  it('rcc verify tells so of the emulated device and names the first node there', async () => {
    const told = await tell('verify', digits, ...weights, ...onProcessor, '--fp16', '--bisect');
    expect(told.exitCode).toBe(1);
    expect(told.codes).toContain('outputs-not-finite');
    expect(told.codes).toContain('float16-range-beyond');
    expect(told.result).toMatchObject([
      {
        emulated: { ok: false },
        bisection: [
          { stage: 'batch norms folded' },
          { stage: 'float16 weights' },
          {
            stage: 'float16 weights and activations',
            largest: { nonFinite: expect.any(Number) },
            first: { node: 'stage1/block0/conv2', nonFinite: expect.any(Number) },
          },
        ],
      },
    ]);
    expect(told.text).toMatch(
      /float16 weights and activations +not finite \(\d+\) +stage1\/block0\/conv2/,
    );
  });

  it('rcc compile --target onnx keeps it from whoever would run it', async () => {
    const output = inFolder('half');
    const told = await tell(
      'compile',
      alone,
      ...weights,
      '--fp16',
      '--target',
      'onnx',
      '-o',
      output,
    );
    expect([told.exitCode, new Set(told.codes)]).toEqual([1, new Set(['float16-range-beyond'])]);
    expect(existsSync(output)).toBe(false);
    const kept = ['--keep-fp32', 'stage1,stage2,stage3,head'];
    const cured = await rcc(
      'compile',
      alone,
      ...weights,
      '--fp16',
      ...kept,
      '--target',
      'onnx',
      '-o',
      output,
    );
    expect(cured.exitCode, cured.stderr).toBe(0);
    expect(existsSync(output)).toBe(true);
  });
});
