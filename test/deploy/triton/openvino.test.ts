/* `rcc deploy` of artifacts that were compiled for OpenVINO: BF16 by Triton's backend of that name, the others by onnxruntime, and never in silence. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  isInstalled,
  precisions,
  requireInstallation,
} from '../../engines/openvino/installation.ts';
import { rccIn } from '../../helpers/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-deploy-openvino-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const env = { RCC_CACHE_DIR: join(folder, 'cache') };
const rcc = (...argv: readonly string[]) => rccIn({ env }, ...argv);
const at = (name: string): string => join(folder, name);

/** The artifact as OpenVINO's target leaves it, as far as a deployment reads it: BF16 is a graph of float32. */
function compiledFor(precision: string): void {
  cpSync(at('onnx'), at(precision), { recursive: true });
  const path = join(at(precision), 'manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...manifest, target: 'openvino', precision }));
}

beforeAll(async () => {
  const made = ['compile', 'examples/digits/digits.rn', '--target', 'onnx', '--no-verify'];
  const { exitCode, stderr } = await rcc(...made, '-o', at('onnx'));
  expect(exitCode, stderr).toBe(0);
  for (const precision of ['bf16', 'fp32']) compiledFor(precision);
}, 60_000);

async function deploy(name: string, to: string, output: string, ...options: readonly string[]) {
  const result = await rcc('deploy', at(name), '--to', to, '-o', at(output), ...options);
  expect(result.exitCode, result.stderr).toBe(0);
  return { ...result, stderr: result.stderr.replaceAll(/\s+/g, ' ') };
}

const configOf = (output: string, model: string): string =>
  readFileSync(join(at(output), model, 'config.pbtxt'), 'utf8').replaceAll(
    /\b[0-9a-f]{64}\b/g,
    'DIGEST',
  );

/** Writes a configuration again, and tells what the judge of repositories says of it. */
async function judge(output: string, model: string, edit: (config: string) => string) {
  const path = join(at(output), model, 'config.pbtxt');
  writeFileSync(path, edit(readFileSync(path, 'utf8')));
  const { exitCode, stderr } = await rcc('check-repository', at(output));
  return { exitCode, told: stderr.replaceAll(/\s+/g, ' ') };
}

describe('an artifact of OpenVINO in BF16', () => {
  it('is served by Triton’s OpenVINO backend, which is told so', async () => {
    const { stderr, stdout } = await deploy('bf16', 'triton', 'models');
    await expect(configOf('models', 'digits_bf16')).toMatchFileSnapshot(
      'golden/openvino-bf16.pbtxt',
    );
    expect(stderr).toContain('serve-openvino-backend');
    expect(stdout).not.toContain('--gpus');
    expect((await rcc('check-repository', at('models'))).exitCode).toBe(0);
  });

  it('has its requests filled up where the largest batch is of several', async () => {
    await deploy('bf16', 'triton', 'four', '--max-batch', '4');
    const config = configOf('four', 'digits_bf16');
    expect(config).toContain('max_batch_size: 4');
    expect(config).toMatch(/key: "ENABLE_BATCH_PADDING"\s+value \{\s+string_value: "YES"/);
    const withoutPadding = await judge('four', 'digits_bf16', (text) =>
      text.replace('ENABLE_BATCH_PADDING', 'OTHER'),
    );
    expect(withoutPadding.exitCode).not.toBe(0);
    expect(withoutPadding.told).toContain('refuses every request of less than 4 pictures');
  });

  it('is refused by the judge of repositories where it is to run on a GPU', async () => {
    await deploy('bf16', 'triton', 'gpu');
    const { exitCode, told } = await judge('gpu', 'digits_bf16', (text) =>
      text.replace('KIND_CPU', 'KIND_GPU'),
    );
    expect(exitCode).not.toBe(0);
    expect(told).toContain('supports only CPU');
  });

  it('is looked for under the backend’s own name where no other is said', async () => {
    await deploy('bf16', 'triton', 'unnamed');
    const { told } = await judge('unnamed', 'digits_bf16', (text) =>
      text.replace('default_model_filename: "model.onnx"\n', ''),
    );
    expect(told).toContain("has no file 'model.xml'");
  });

  it('is refused without batches, which the backend cannot do', async () => {
    const refused = await rcc(
      'deploy',
      at('bf16'),
      '--to',
      'triton',
      '--max-batch',
      '0',
      '-o',
      at('zero'),
    );
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('triton-batch-needed');
  });

  it('is a service of KServe in Triton’s own format', async () => {
    await deploy('bf16', 'kserve', 'kserve');
    const service = readFileSync(at('kserve/digits-bf16.yaml'), 'utf8');
    expect(service).toContain('name: triton\n');
  });

  it.each(['python', 'node'])('is FP32 in the %s client, which is said', async (to) => {
    expect((await deploy('bf16', to, `client-${to}`)).stderr).toContain('deploy-precision-widened');
  });
});

describe('an artifact of OpenVINO in FP32', () => {
  it('is served by onnxruntime, which is said: the other backend might compute BF16', async () => {
    const { stderr } = await deploy('fp32', 'triton', 'fp32-models');
    expect(configOf('fp32-models', 'digits_fp32')).toContain('backend: "onnxruntime"');
    expect(stderr).toContain('serve-openvino-model');
  });

  it('is the same in a client, of which nothing is to be said', async () => {
    expect((await deploy('fp32', 'python', 'client-fp32')).stderr).not.toContain('widened');
  });
});

describe.skipIf(!isInstalled || !precisions.includes('bf16'))(
  'OpenVINO itself (needs rcc doctor --setup openvino)',
  () => {
    const asBackend = (deployed: string, batch: string, hint: string) => {
      const model = join(at(deployed), '1', 'model.onnx');
      const words = [
        'test/deploy/triton/openvino_backend.py',
        model,
        'input',
        'logits',
        batch,
        hint,
      ];
      return JSON.parse(
        execFileSync(requireInstallation().python.path, words, { encoding: 'utf8' }),
      );
    };

    it.each([
      1, 4,
    ])('loads what was deployed as Triton’s backend does, for batch %i', async (most) => {
      await deploy('bf16', 'triton', `real-${most}`, '--max-batch', String(most));
      const config = configOf(`real-${most}`, 'digits_bf16');
      const [, batch = ''] = /max_batch_size: (\d+)/.exec(config) ?? [];
      const { shapes } = asBackend(`real-${most}/digits_bf16`, batch, 'YES');
      expect(shapes).toEqual([
        [most, 1, 32, 32],
        [most, 10],
      ]);
    });

    it('computes BF16 where it is told no precision: FP32 is not served by it', async () => {
      await deploy('fp32', 'triton', 'told-none');
      expect(asBackend('told-none/digits_fp32', '1', '').precision).toBe('bf16');
    });
  },
);
