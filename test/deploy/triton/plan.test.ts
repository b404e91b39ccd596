/* `rcc deploy --to triton` of artifacts that were compiled here, with stand-ins of trtexec and of GPUs where engines are TensorRT's. */
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { nvidiaSmiStandIn, pretend, trtexecStandIn } from '../../engines/tensorrt/helpers.ts';
import { rccIn } from '../../helpers/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-plan-triton-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => void vi.unstubAllEnvs());
const env = {
  RCC_CACHE_DIR: join(folder, 'cache'),
  TRTEXEC: trtexecStandIn,
  NVIDIA_SMI: nvidiaSmiStandIn,
};
const rcc = (...argv: readonly string[]) => rccIn({ env }, ...argv);
const at = (name: string): string => join(folder, name);

async function compile(name: string, ...options: readonly string[]) {
  const made = ['compile', 'examples/digits/digits.rn', ...options, '--no-verify', '--no-time'];
  const { exitCode, stderr } = await rcc(...made, '-o', at(name));
  expect(exitCode, stderr).toBe(0);
}

async function deploy(names: readonly string[], output: string, ...options: readonly string[]) {
  const to = ['--to', 'triton', '-o', at(output), ...options];
  return await rcc('deploy', ...names.map(at), ...to);
}

function editJson(path: string, changes: object): void {
  const value = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...value, ...changes }));
}

/** All files of a repository. */
function filesIn(output: string): readonly string[] {
  return readdirSync(at(output), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(at(output).length + 1))
    .filter((name) => !name.startsWith('.rcc'))
    .sort();
}

const configOf = (output: string, model: string): string =>
  readFileSync(join(at(output), model, 'config.pbtxt'), 'utf8').replaceAll(
    /\b[0-9a-f]{64}\b/g,
    'DIGEST',
  );

beforeAll(async () => {
  const onT4 = { STAND_IN_RELEASE: '10.4', STAND_IN_GPU: 't4' };
  for (const [name, value] of Object.entries(onT4)) vi.stubEnv(name, value);
  await compile('onnx', '--target', 'onnx');
  await compile('pixels', '--target', 'onnx', '--input-type', 'uint8-nhwc');
  await compile('fp16', '--fp16', '--target', 'onnx');
  await compile('fixed', '--target', 'tensorrt');
  await compile('t4', '--fp16', '--target', 'tensorrt', '--profile', '1:8:16');
  vi.stubEnv('STAND_IN_GPU', 'v100');
  await compile('v100', '--fp16', '--target', 'tensorrt', '--profile', '1:8:8');
  vi.unstubAllEnvs();
}, 60_000);

describe('rcc deploy --to triton', () => {
  it.each([
    ['onnx', 'digits_fp32', []],
    ['pixels', 'digits_fp32', []],
    ['t4', 'digits_fp16', []],
    ['fixed', 'digits_fp32', ['--max-batch', '0']],
  ])('writes the configuration of %s', async (name, model, options) => {
    const { exitCode, stderr } = await deploy([name], `golden-${name}`, ...options);
    expect(exitCode, stderr).toBe(0);
    await expect(configOf(`golden-${name}`, model)).toMatchFileSnapshot(`golden/${name}.pbtxt`);
  });

  it('makes an entry a network and precision', async () => {
    const { exitCode } = await deploy(['onnx', 't4'], 'both');
    expect(exitCode).toBe(0);
    expect(filesIn('both')).toEqual([
      'digits_fp16/1/model.plan',
      'digits_fp16/config.pbtxt',
      'digits_fp16/labels.txt',
      'digits_fp32/1/model.onnx',
      'digits_fp32/config.pbtxt',
      'digits_fp32/labels.txt',
    ]);
  });

  it('serves each kind of GPU its file, with the smallest of the largest batches', async () => {
    const { exitCode, stdout, stderr } = await deploy(['t4', 'v100'], 'gpus');
    expect(exitCode, stderr).toBe(0);
    expect(filesIn('gpus').filter((name) => name.endsWith('.plan'))).toEqual([
      'digits_fp16/1/model.sm70.plan',
      'digits_fp16/1/model.sm75.plan',
    ]);
    const config = configOf('gpus', 'digits_fp16');
    expect(config).toContain('max_batch_size: 8');
    for (const key of ['7.0', '7.5'])
      expect(config).toContain(`key: "${key}"\n  value: "model.sm${key.replace('.', '')}.plan"`);
    expect(stdout).toContain('nvcr.io/nvidia/tritonserver:24.09-py3');
    expect(stdout).toContain('--gpus all');
    expect((await rcc('check-repository', at('gpus'))).exitCode).toBe(0);
  });

  it.each<[string, readonly string[], readonly string[], string]>([
    ['fixed batches', ['fixed'], [], 'triton-batch-fixed'],
    ['a batch above the profile', ['t4'], ['--max-batch', '17'], 'only supports max-batch 16'],
    ['one kind of GPU twice', ['t4', 't4'], [], 'deploy-same-gpu'],
    ['two models of one precision', ['onnx', 'pixels'], [], 'not the same preprocessing'],
    ['one name for two models', ['onnx', 't4'], ['--name', 'x'], 'deploy-one-name'],
    ['a name that is a path', ['onnx'], ['--name', '../x'], 'deploy-name'],
    ['a folder that is no artifact', ['nothing'], [], 'file-not-found'],
  ])('refuses %s, and writes nothing', async (_what, names, options, told) => {
    const { exitCode, stderr } = await deploy(names, 'refused', ...options);
    expect(stderr).toContain(told);
    expect(exitCode).toBeGreaterThan(0);
    expect(existsSync(at('refused'))).toBe(false);
  });

  it('gives the command that builds a free batch, which does', async () => {
    const { stderr } = await deploy(['fixed'], 'refused');
    const command = /Build one that takes every batch: rcc (.*?) \(or/.exec(
      stderr.replaceAll('\n', ' '),
    )?.[1];
    expect(command).toContain('--profile 1:8:8');
    pretend({ RELEASE: '10.4', GPU: 't4' });
    const words = (command ?? '').split(/\s+/);
    expect(words.at(-1)).toBe(`${at('fixed')}-batched`);
    expect((await rcc(...words)).exitCode).toBe(0);
    expect((await deploy(['fixed-batched'], 'freed-out')).exitCode).toBe(0);
  });

  it('refuses an engine that was changed or lost', async () => {
    cpSync(at('onnx'), at('damaged'), { recursive: true });
    writeFileSync(join(at('damaged'), 'model.onnx'), 'cut');
    expect((await deploy(['damaged'], 'refused')).stderr).toContain('artifact-file-damaged');
    rmSync(join(at('damaged'), 'model.onnx'));
    expect((await deploy(['damaged'], 'refused')).stderr).toContain('artifact-file-damaged');
    expect(existsSync(at('refused'))).toBe(false);
  });

  it('refuses what no server loads, and layouts that no client sends', async () => {
    cpSync(at('t4'), at('edited'), { recursive: true });
    const manifest = join(at('edited'), 'manifest.json');
    const argumentsOf = (given: readonly string[]) => {
      const facts = JSON.parse(readFileSync(manifest, 'utf8')).facts;
      return { ...facts, builds: [{ ...facts.builds[0], arguments: given }] };
    };
    editJson(manifest, { facts: argumentsOf(['--inputIOFormats=fp16:chw16']) });
    expect((await deploy(['edited'], 'refused')).stderr).toContain('serve-io-layout');
    editJson(manifest, { facts: argumentsOf(['--stripWeights']) });
    expect((await deploy(['edited'], 'refused')).stderr).toContain('serve-stripped');
    editJson(manifest, { facts: argumentsOf(['--outputIOFormats=fp16:chw']) });
    expect((await deploy(['edited'], 'typed')).exitCode).toBe(0);
    expect(configOf('typed', 'digits_fp16')).toMatch(/name: "logits"\n {2}data_type: TYPE_FP16/);
    editJson(manifest, { target: 'tensorrt-rtx' });
    expect((await deploy(['edited'], 'refused')).stderr).toContain('deploy-target-unserved');
  });

  it('adds a version only where it is asked for, and none for the same model', async () => {
    const named = ['--name', 'net'];
    expect((await deploy(['onnx'], 'versions', ...named)).exitCode).toBe(0);
    const { stderr } = await deploy(['fp16'], 'versions', ...named);
    expect(stderr).toContain('deploy-version-exists');
    for (let again = 0; again < 2; again++)
      expect((await deploy(['fp16'], 'versions', ...named, '--as', 'next')).exitCode).toBe(0);
    expect(filesIn('versions').filter((name) => name.endsWith('.onnx'))).toEqual([
      'net/1/model.onnx',
      'net/2/model.onnx',
    ]);
    expect(configOf('versions', 'net')).toContain('"fp16"');
  });

  it.each([
    ['another input', 'pixels', 'input TYPE_UINT8 [-1,32,32,1]'],
    ['another backend', 't4', 'on tensorrt'],
  ])('refuses a next version with %s, and leaves the model as it is', async (_what, name, now) => {
    const output = `other-${name}`;
    await deploy(['onnx'], output, '--name', 'net');
    const before = configOf(output, 'net');
    for (const as of [[], ['--as', 'next']]) {
      const { exitCode, stderr } = await deploy([name], output, '--name', 'net', ...as);
      expect(exitCode).toBe(2);
      expect(stderr).toContain('deploy-other-tensors');
      expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
        'is input TYPE_FP32 [-1,1,32,32], logits TYPE_FP32 [-1,10] on onnxruntime; it would be',
      );
      expect(stderr.replaceAll(/\s+/g, ' ')).toContain(now);
    }
    expect(configOf(output, 'net')).toBe(before);
    expect(filesIn(output)).toHaveLength(3);
  });

  it('names a folder beside the deployed one for the form with pixels', async () => {
    const { stderr } = await deploy(['onnx'], 'hinted');
    expect(stderr).toContain(`-o ${at('onnx')}-pixels`);
  });

  it('warns of options of other destinations', async () => {
    const { stderr } = await deploy(['onnx'], 'idle', '--storage-uri', 's3://x');
    expect(stderr).toContain('--storage-uri changes nothing for triton: it is meant for kserve');
  });
});

describe('rcc deploy --to kserve', () => {
  it('refuses models whose services would have one name', async () => {
    cpSync(at('onnx'), at('capital'), { recursive: true });
    editJson(join(at('capital'), 'manifest.json'), { model: 'Digits' });
    const words = ['--to', 'kserve', '-o', at('one-service')];
    const { exitCode, stderr } = await rcc('deploy', at('onnx'), at('capital'), ...words);
    expect(stderr).toContain("'digits_fp32' and 'Digits_fp32' would be one service");
    expect(exitCode).toBe(2);
    expect(existsSync(at('one-service'))).toBe(false);
  });

  it('writes a service a model', async () => {
    const words = ['--to', 'kserve', '--storage-uri', 's3://models/', '-o', at('kserve')];
    const { exitCode, stderr } = await rcc('deploy', at('t4'), ...words);
    expect(exitCode, stderr).toBe(0);
    const yaml = readFileSync(join(at('kserve'), 'digits-fp16.yaml'), 'utf8');
    await expect(yaml).toMatchFileSnapshot('golden/kserve.yaml');
    expect(
      (await rcc('check-repository', join(at('kserve'), 'repository/digits_fp16'))).exitCode,
    ).toBe(0);
  });
});
