import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundledCli } from '../helpers/bundle.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-pipeline-'));
let cli = '';
beforeAll(async () => {
  cli = await bundledCli();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(dirname(cli), { recursive: true, force: true });
});

function deploy(...args: readonly string[]) {
  const env = { ...process.env, RCC: `${process.execPath} ${cli}` };
  return spawnSync('sh', ['examples/pipeline/deploy.sh', ...args], { env, encoding: 'utf8' });
}

describe('the deployment pipeline', () => {
  it('compiles, verifies, benches and checks on the embedded engine', () => {
    const directory = join(folder, 'digits');
    const quick = ['--target', 'onnxruntime', '--warm-up', '0', '--duration', '20'];
    const { status, stdout, stderr } = deploy(
      ...['examples/digits/digits.rn', 'fp16', directory, ...quick],
    );
    expect(status, stderr).toBe(0);
    const steps = [...stdout.matchAll(/^== (\S+)/gm)].map(([, step]) => step);
    expect(steps).toEqual(['compile', 'verify', 'bench', 'check-engine']);
    expect(stdout).toContain('digits fp16: passed against the reference');
    expect(stdout).toContain('can be used here');
    expect(readdirSync(directory).sort()).toEqual([
      'bench.json',
      'labels.txt',
      'layers.json',
      'manifest.json',
      'model.onnx',
      'model.ort.onnx',
    ]);
  }, 60_000);

  it('ends at the first step that is not acceptable', () => {
    const { status, stdout } = deploy('test/cli/specs/wrong-params.rn', 'fp32', join(folder, 'no'));
    expect(status).toBe(1);
    expect(stdout).not.toContain('== verify');
  }, 60_000);
});
