import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { rccIn } from '../helpers/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-forgive-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fixtures = 'test/fixtures/weights';
const spec = `${fixtures}/neck4_d.rn#neck4_d`;
/** A machine without trtexec. */
const bare = { env: { PATH: folder } };
const plan = (...argv: readonly string[]) =>
  rccIn(bare, 'compile', spec, '--target', 'tensorrt', '--dry-run', ...argv);

describe('a wrong word is the matter, not what the machine lacks', () => {
  it.each([
    [['--gpu', 'rtx9999'], "rcc does not know the compute capability of 'rtx9999'."],
    [['--trt', '12'], 'rcc knows no TensorRT 12; the newest release that it knows is 11.1.0.'],
    [['--trt', 'ten', '--gpu', '4090'], "'ten' is not a release of TensorRT."],
  ])('%j', async (argv, message) => {
    const { stdout } = await plan(...argv, '--json');
    expect(JSON.parse(stdout).diagnostics).toMatchObject([{ severity: 'error', message }]);
  });

  it('what is right is looked for', async () => {
    const { stdout, exitCode } = await plan('--trt', '10', '--json');
    expect(JSON.parse(stdout).diagnostics).toMatchObject([{ code: 'trtexec-not-found' }]);
    expect(exitCode).toBe(3);
  });
});

describe('short words are understood', () => {
  const note = '--trt 10 is taken for 10.16.0, the newest 10.x that rcc knows.';

  it.each(['4090', 'rtx 4090', 'RTX4090'])('--trt 10 --gpu %j', async (gpu) => {
    const { stdout } = await plan('--trt', '10', '--gpu', gpu, '--json');
    const { result, diagnostics } = JSON.parse(stdout);
    expect(result[0].tensorrt).toMatchObject({
      release: '10.16.0',
      gpu: { computeCapability: '8.9' },
    });
    expect(diagnostics.map(({ message }: { message: string }) => message)).toContain(note);
  });

  it('--trt 10 of a model that is built elsewhere', async () => {
    const argv = ['--target', 'onnx', '--trt', '10', '-o', join(folder, 'onnx')];
    const { stderr } = await rccIn(bare, 'compile', spec, ...argv);
    expect(stderr).toContain(`note: ${note}`);
  });

  it('--precision is a long way to say a precision', async () => {
    const plan = async (...argv: readonly string[]) =>
      (await rccIn(bare, 'compile', spec, '--target', 'onnx', '--dry-run', ...argv)).stdout;
    const short = await plan('--fp32', '--fp16');
    expect(short).toContain('neck4_d fp16');
    expect(await plan('--precision', 'fp32,fp16')).toBe(short);
    expect(await plan('--precision', 'FP16', '--fp32')).toBe(short);
  });

  it('--precision says what there is', async () => {
    const { exitCode, stderr } = await rccIn(bare, 'compile', spec, '--precision', 'fp61');
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      "error: Option '--precision <names>' argument 'fp61' is invalid. There are fp32, fp16, int8, fp8, bf16; several are written with commas. [command-line]",
    );
  });

  it('--precision is told of each artifact apart, as --fp16 is', async () => {
    const { readFileSync } = await import('node:fs');
    const output = join(folder, 'named');
    const argv = ['--target', 'onnx', '--precision', 'fp16', '--no-verify', '-o', output];
    await rccIn(bare, 'compile', spec, ...argv);
    const { command } = JSON.parse(readFileSync(join(output, 'manifest.json'), 'utf8'));
    expect(command).toContain('--fp16');
    expect(command).not.toContain('--precision');
  });
});

describe('rcc eval', () => {
  const pictures = join(folder, 'pictures');
  mkdirSync(pictures);

  it('is refused without trained weights before anything is opened', async () => {
    for (const data of [pictures, join(folder, 'nowhere')]) {
      const argv = ['eval', 'resnet18', '--data', data, '--seed', '1', '--target', 'tensorrt'];
      const { exitCode, stdout } = await rccIn(bare, ...argv, '--json');
      expect(exitCode).toBe(2);
      expect(JSON.parse(stdout).diagnostics).toMatchObject([
        {
          code: 'eval-without-weights',
          message:
            'resnet18 has no weights file, and made-up weights are right by chance only: there is nothing to evaluate.',
          hint: 'Give a file with --weights, or `weights "…"` in the spec.',
        },
      ]);
    }
  });

  it('takes the order of classes from --labels', async () => {
    const labels = join(folder, 'labels.txt');
    writeFileSync(labels, 'one\ntwo\n');
    const argv = ['eval', 'examples/digits/digits.rn', '--data', pictures, '--labels', labels];
    const { stdout } = await rccIn(bare, ...argv, '--json');
    expect(JSON.parse(stdout).diagnostics).toMatchObject([{ code: 'labels-count' }]);
  });
});
