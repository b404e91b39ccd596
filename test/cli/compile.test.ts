import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { manifestSchema } from '../../src/compile/manifest.ts';
import type { Verification } from '../../src/compile/verify.ts';
import { rcc } from '../helpers/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const spec = 'test/fixtures/weights/neck4_d.rn#neck4_d';
const sha256 = (path: string): string =>
  createHash('sha256').update(readFileSync(path)).digest('hex');
const manifestOf = (directory: string) =>
  manifestSchema.parse(JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')));

describe('rcc compile', () => {
  it('writes model and manifest for target onnx, named last on stdout', async () => {
    const directory = join(folder, 'onnx');
    const { exitCode, stdout, stderr } = await rcc(
      'compile',
      spec,
      '--target',
      'onnx',
      '-o',
      directory,
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `${directory}\n` });
    expect(readdirSync(directory).sort()).toEqual(['layers.json', 'manifest.json', 'model.onnx']);
    expect(stderr).toContain('timm names');
    const manifest = manifestOf(directory);
    expect(manifest.onnx.digest).toBe(sha256(join(directory, 'model.onnx')));
    expect(manifest.weights).toMatchObject({
      scheme: 'timm',
      format: 'safetensors',
      digest: sha256('test/fixtures/weights/neck4_d.safetensors'),
    });
  });

  it('judges the model alone, too, against the unfolded graph and the framework’s logits', async () => {
    const compile = (name: string, ...more: readonly string[]) =>
      rcc('compile', spec, '--target', 'onnx', '-o', join(folder, name), ...more);
    const judged = await compile('judged', '--fp16');
    expect(judged.stderr).toMatch(
      /verify .* model\.onnx on onnxruntime passed against the unfolded graph on a seeded input and the reference test\/fixtures\/weights\/neck4_d\.logits\.64\.npy\. The largest/,
    );
    expect(judged.stderr).toContain('ranges');
    // A model of a fixed batch takes the pictures of the reference in parts.
    const fixed = await compile('fixed', '--batch', '3');
    expect(fixed.exitCode, fixed.stderr).toBe(0);
    expect(fixed.stderr).toContain('and the reference');
    const unjudged = await compile('unjudged', '--no-verify');
    expect(unjudged.stderr).not.toContain('verify');
    // The reference is of the spec's own weights.
    const other = ['--weights', 'test/fixtures/weights/neck4_d.fp16.safetensors'];
    const { exitCode, stderr } = await compile('other', ...other);
    expect(exitCode, stderr).toBe(0);
    expect(stderr).not.toContain('the reference');
  });

  it('withholds a model whose own reference it misses', async () => {
    const path = join(folder, 'misses.rn');
    const fixtures = `${process.cwd()}/test/fixtures/weights`;
    const text = readFileSync(`${fixtures}/neck4_d.rn`, 'utf8')
      .replaceAll('"neck4_d.logits.64.npy"', '"neck3_vd.logits.64.npy"')
      .replaceAll(/"(?=[\w.]+\.(?:npy|safetensors)")/g, `"${fixtures}/`);
    writeFileSync(path, text);
    const output = join(folder, 'misses');
    const told = await rcc(
      'compile',
      `${path}#neck4_d`,
      '--target',
      'onnx',
      '-o',
      output,
      '--json',
    );
    expect(told.exitCode).toBe(1);
    const { result, diagnostics } = JSON.parse(told.stdout);
    expect(diagnostics.map(({ code }: { code: string }) => code)).toEqual([
      'verification-failed',
      'artifact-withheld',
    ]);
    expect(result[0].against).toContain('neck3_vd.logits.64.npy');
    expect(result[0]).not.toHaveProperty('directory');
    expect(readdirSync(folder)).not.toContain('misses');
  });

  it('gives the same bytes each time', async () => {
    const [a, b] = [join(folder, 'a'), join(folder, 'b')];
    await rcc('compile', spec, '--target', 'onnx', '--fp16', '-o', a);
    await rcc('compile', spec, '--target', 'onnx', '--fp16', '-o', b);
    for (const file of readdirSync(a)) expect(sha256(join(a, file))).toBe(sha256(join(b, file)));
  });

  it('builds, checks and times both precisions under <model>/<precision>', async () => {
    const root = join(folder, 'both');
    const outcome = await rcc(
      'compile',
      spec,
      '--fp32',
      '--fp16',
      '-o',
      root,
      '--threads',
      '1',
      '--duration',
      '50',
    );
    expect(outcome.exitCode).toBe(0);
    for (const precision of ['fp32', 'fp16']) {
      const directory = join(root, 'neck4_d', precision);
      expect(readdirSync(directory).sort()).toEqual([
        'layers.json',
        'manifest.json',
        'model.onnx',
        'model.ort.onnx',
        'timing.json',
      ]);
      expect(manifestOf(directory)).toMatchObject({ precision, target: 'onnxruntime' });
      expect(outcome.stdout).toContain(`${directory}\n`);
    }
    expect(outcome.stderr).toMatch(/verify .* passed against the unfolded graph/);
    expect(outcome.stdout).toMatch(/batch +median ms/);
  });

  it('says that synthetic weights are fit for timing only, and stamps them', async () => {
    const directory = join(folder, 'synthetic');
    const options = ['--target', 'onnx', '--no-verify', '-o', directory];
    const outcome = await rcc('compile', 'specs/resnet18.rn', ...options);
    expect(outcome.stderr).toContain('fit for timing only');
    expect(manifestOf(directory).weights).toEqual({ synthetic: true, seed: 1 });
  });

  it('tells what was assumed about a weights file', async () => {
    const outcome = await rcc(
      ...['compile', 'test/fixtures/weights/basic4.rn#basic4', '--target', 'onnx', '--quiet'],
      ...['--weights', 'test/fixtures/weights/basic4.wrapped.pth.tar', '-o', join(folder, 'note')],
    );
    expect(outcome).toMatchObject({ exitCode: 0 });
    expect(outcome.stderr).toMatch(
      /^note: .*The network is under 'state_dict\.module'\. \[weights-note\]$/m,
    );
  });

  it('warns of weights beyond float16', async () => {
    const bytes = readFileSync('test/fixtures/weights/neck4_d.safetensors');
    const headerBytes = Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.subarray(8, 8 + headerBytes).toString());
    const [first] = header['layer1.0.bn1.weight'].data_offsets;
    bytes.writeFloatLE(1e7, 8 + headerBytes + first);
    const weights = join(folder, 'large.safetensors');
    writeFileSync(weights, bytes);
    const compile = (...more: readonly string[]) =>
      rcc(
        ...['compile', spec, '--fp16', '--target', 'onnx', '--weights', weights],
        ...['-o', join(folder, 'large'), '--json', ...more],
      );
    // What is left of them is another network.
    const judged = await compile();
    expect(judged.exitCode).toBe(1);
    expect(judged.stdout).toContain('"float16-clamped"');
    expect(judged.stdout).toContain('"artifact-withheld"');
    expect(readdirSync(folder)).not.toContain('large');
    const outcome = await compile('--no-verify');
    expect(outcome.exitCode).toBe(0);
    const { result, diagnostics } = JSON.parse(outcome.stdout);
    expect(diagnostics).toMatchObject([{ code: 'float16-clamped', severity: 'warning' }]);
    // Its weight and its bias.
    expect(diagnostics[0].details).toHaveLength(2);
    expect(result[0].manifest.casts.clampedCount).toBeGreaterThan(0);
  });

  it('points from a weights file to rcc init', async () => {
    const outcome = await rcc('compile', 'test/fixtures/weights/neck4_d.safetensors');
    expect(outcome.exitCode).toBe(2);
    expect(outcome.stderr).toContain('rcc init test/fixtures/weights/neck4_d.safetensors');
  });

  it('lists every parameter that does not fit, with the property that would', async () => {
    const outcome = await rcc(
      ...['compile', 'specs/resnet18.rn', '--target', 'onnx', '-o', join(folder, 'misfit')],
      ...['--weights', 'test/fixtures/weights/neck4_d.safetensors', '--quiet'],
    );
    expect(outcome.exitCode).toBe(2);
    expect(outcome.stderr).toMatchSnapshot();
    expect(readdirSync(folder)).not.toContain('misfit');
  });

  it('prints a graph after a pass and makes nothing', async () => {
    const outcome = await rcc('compile', spec, '--print-after', 'foldBatchNorm');
    expect(outcome.exitCode).toBe(0);
    expect(outcome.stdout).toMatch(/^graph neck4_d opset=13/);
    expect(outcome.stdout).not.toContain('BatchNormalization');
  });

  it('knows no other pass', async () => {
    const outcome = await rcc('compile', spec, '--print-after', 'foldBatchNom', '--json');
    expect(outcome.exitCode).toBe(2);
    expect(JSON.parse(outcome.stdout)).toMatchObject({
      command: 'compile',
      ok: false,
      diagnostics: [{ code: 'unknown-pass', hint: "Did you mean 'foldBatchNorm'?" }],
    });
    expect(outcome.stderr).toBe('');
  });

  it('refuses an expectation that the network does not keep, before anything is made', async () => {
    const outcome = await rcc(
      'compile',
      'test/cli/specs/wrong-params.rn',
      '-o',
      join(folder, 'no'),
    );
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stderr).toMatchSnapshot();
    expect(readdirSync(folder)).not.toContain('no');
  });
});

describe('rcc verify', () => {
  it('runs the references of all specs in every precision', async () => {
    const path = 'test/fixtures/weights/neck4_d.rn';
    const { exitCode, stdout } = await rcc('verify', path, '--fp32', '--fp16', '--json');
    expect(exitCode).toBe(0);
    const results: Verification[] = JSON.parse(stdout).result;
    expect(results.map(({ model, precision }) => `${model} ${precision}`)).toEqual(
      ['neck4_d', 'neck4_d_fp16', 'neck4_d_bf16', 'neck4_d_67'].flatMap((model) => [
        `${model} fp32`,
        `${model} fp16`,
      ]),
    );
    for (const { verdict, against } of results) {
      expect(verdict.ok).toBe(true);
      expect(against).toContain('the reference');
    }
  });

  it('ends with 1 where the logits are another network’s', async () => {
    const outcome = await rcc(
      ...['verify', spec, '--input', 'test/fixtures/weights/input.64.npy'],
      ...['--logits', 'test/fixtures/weights/neck3_vd.logits.64.npy', '--quiet'],
    );
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stdout).toContain('FAILED');
    expect(outcome.stderr).toContain('verification-failed');
  });

  it('refuses a reference of another size', async () => {
    const outcome = await rcc(
      ...['verify', spec, '--input', 'test/fixtures/weights/neck4_d.logits.64.npy'],
      ...['--logits', 'test/fixtures/weights/neck4_d.logits.64.npy', '--quiet'],
    );
    expect(outcome.exitCode).toBe(2);
    expect(outcome.stderr).toContain('reference-shape');
  });
});

describe('rcc', () => {
  it('prints its help on stdout with every command', async () => {
    const { exitCode, stdout, stderr } = await rcc('--help');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    for (const { name, description } of commands) {
      const [word = '', second] = name.split(' ');
      // A command of two words stands in the help of its group.
      const told = second ? (await rcc(word, '--help')).stdout : stdout;
      expect(told.replaceAll(/\s+/g, ' ')).toMatch(`${description}`);
      expect(stdout).toMatch(new RegExp(`^ {2}${word} `, 'm'));
    }
  });

  it('knows no other command', async () => {
    const { exitCode, stderr } = await rcc('complie', 'x.rn');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('compile');
  });

  it('prints figures as JSON on stdout and nothing on stderr with --json', async () => {
    const { exitCode, stdout, stderr } = await rcc('check', 'specs/resnet50_vd.rn', '--json');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout).result[0].cost).toMatchObject({ params: 25576264, macs: 4328824832 });
  });
});
