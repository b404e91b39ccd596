import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileSpec } from '../../../src/compile/compile.ts';
import type { GraphOptions } from '../../../src/compile/precision.ts';
import { type Deployed, deploy, destinationOf, readArtifacts } from '../../../src/deploy/deploy.ts';
import type { DeployOptions } from '../../../src/deploy/destination.ts';
import { DiagnosticError } from '../../../src/diagnostics/diagnostic.ts';
import { specWith } from '../../helpers/language.ts';
import { onnxAlone } from '../../helpers/targets.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'rcc-deepstream-'));
  writeFileSync(join(root, 'labels.txt'), 'cat\nfox; red\ndog\nowl\n');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const forms = { inputForm: 'float32-pixels', outputForm: 'probabilities' } as const;

interface Made extends GraphOptions {
  readonly name: string;
  readonly precision?: 'fp32' | 'fp16';
  readonly batch?: number;
  readonly more?: string;
  readonly command?: readonly string[];
}

async function artifactOf({ name, precision = 'fp32', more = '', ...options }: Made) {
  const directory = join(root, name);
  const colors = 'mean [0.485, 0.456, 0.406] std [0.229, 0.224, 0.225]';
  const spec = await specWith(
    `block basic stages [1] widths [8] input 64 classes 4 labels "${join(root, 'labels.txt')}" preprocess { resize 72 crop 64 ${colors} ${more} }`,
  );
  const target = await onnxAlone(precision);
  await compileSpec(spec, { ...options, target, directory, verify: false });
  return directory;
}

async function deployed(
  directory: string,
  output: string,
  options: DeployOptions = {},
): Promise<Deployed> {
  const artifacts = await readArtifacts([directory]);
  return await deploy(destinationOf('deepstream'), {
    artifacts,
    output,
    allowSynthetic: true,
    ...options,
  });
}

describe('rcc deploy --to deepstream', () => {
  it.each<Made & DeployOptions>([
    { name: 'fp32', ...forms },
    { name: 'fp16-bgr', ...forms, precision: 'fp16', more: 'color bgr', maxBatch: 8 },
    { name: 'fixed', ...forms, batch: 4, maxBatch: 8 },
  ])('writes the configuration of $name', async ({ maxBatch, ...made }) => {
    const output = join(root, `${made.name}-out`);
    const { diagnostics } = await deployed(await artifactOf(made), output, { maxBatch });
    const text = readFileSync(join(output, 'config_infer_primary.txt'), 'utf8');
    await expect(text).toMatchFileSnapshot(`golden/${made.name}.txt`);
    expect(readFileSync(join(output, 'labels.txt'), 'utf8')).toBe('cat;fox, red;dog;owl\n');
    expect(diagnostics.map(({ code }) => code)).toEqual(['deepstream-resize', 'deepstream-labels']);
    expect(diagnostics[0]?.message).toContain('bilinear resize of the short side to 72');
  });

  it.each([
    {},
    { inputForm: 'float32-pixels' },
    { inputForm: 'uint8-nhwc', outputForm: 'probabilities' },
  ] as const)('refuses a model of other forms with the command that makes it: %j', async (given) => {
    const name = `other-${Object.values(given).join('-')}`;
    const command = [
      'compile',
      'm.rn',
      '--fp32',
      '--input-type',
      'uint8-nhwc',
      '--output-type=logits',
    ];
    const directory = await artifactOf({ name, ...given, command });
    const refused = await deployed(directory, join(root, 'no')).catch((error: unknown) => error);
    if (!(refused instanceof DiagnosticError)) throw refused;
    const [diagnostic] = refused.diagnostics;
    expect(diagnostic?.code).toBe('deepstream-form');
    expect(diagnostic?.hint).toBe(
      `Make it so: rcc compile m.rn --fp32 --input-type float32-pixels --output-type probabilities -o ${directory}-deepstream`,
    );
  });

  it('takes one artifact', async () => {
    const directory = await artifactOf({ name: 'twice', ...forms });
    const artifacts = await readArtifacts([directory, directory]);
    const request = { artifacts, output: join(root, 'two'), allowSynthetic: true };
    await expect(deploy(destinationOf('deepstream'), request)).rejects.toThrow(
      'deploy-one-artifact',
    );
  });
});
