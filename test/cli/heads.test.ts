/* A backbone and a neck of timm and torch (test/fixtures/heads_fixtures.py), by everything that is taken of them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { rcc } from '../helpers/cli.ts';

const folder = 'test/fixtures/heads';
const spec = join(folder, 'heads.rn');
const root = mkdtempSync(join(tmpdir(), 'rcc-heads-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Verdict {
  readonly ok: boolean;
  readonly output?: string;
  readonly features?: { readonly kind: string; readonly relativeError: { readonly max: number } };
  readonly outputs?: readonly Verdict[];
}

describe('a network that tells no classes', () => {
  it('computes what timm and torch compute, in float32 and float16', async () => {
    const run = await rcc(
      'verify',
      spec,
      '--fp32',
      '--fp16',
      '--target',
      'onnxruntime',
      '--json',
      '--quiet',
    );
    expect(run.exitCode).toBe(0);
    const found = (JSON.parse(run.stdout).result as { model: string; verdict: Verdict }[]).map(
      ({ model, verdict }) => [model, (verdict.outputs ?? [verdict]).map(({ output }) => output)],
    );
    const models = [
      ['maps', ['c2', 'c3', 'c4', 'c5']],
      ['early', ['c2', 'c3']],
      ['features', ['features']],
      ['embedding', ['embedding']],
    ];
    const sorted = (rows: unknown[]) => rows.map((row) => JSON.stringify(row)).toSorted();
    expect(sorted(found)).toEqual(sorted([...models, ...models]));
  });

  it('is told apart by its file: an embedding by its neck, features by nothing', async () => {
    const reid = await rcc('init', join(folder, 'reid.safetensors'));
    expect(reid.stdout).toMatch(/^ {2}head +embedding 12$/m);
    expect(reid.stderr).toContain('left aside: heads.weight');
    const backbone = await rcc('init', join(folder, 'backbone.safetensors'));
    expect(backbone.stdout).toMatch(/^ {2}head +features {2}# assumed$/m);
  });

  /** The first model of the spec with whole paths, alone in a file. */
  function onlyMaps(): string {
    const text = readFileSync(spec, 'utf8');
    const own = text.slice(0, text.indexOf('model early'));
    const file = join(root, 'maps.rn');
    writeFileSync(file, own.replaceAll(/"(?=reid|input|maps)/g, `"${process.cwd()}/${folder}/`));
    return file;
  }

  it('is judged output by output: a file without one of them is told', async () => {
    const answers = ['--outputs', join(folder, 'embedding.npy')];
    const args = ['--input', join(folder, 'input.64.npy'), ...answers];
    const run = await rcc('verify', onlyMaps(), ...args, '--target', 'onnxruntime', '--quiet');
    expect(run.stderr).toContain("has no array 'c2'");
    expect(run.exitCode).not.toBe(0);
  });

  it('fails where a framework answers otherwise', async () => {
    const file = onlyMaps();
    writeFileSync(
      file,
      `${readFileSync(file, 'utf8').replace(/outputs +\[/, 'epsilon 0.1 outputs [')}`,
    );
    const run = await rcc('verify', file, '--fp32', '--target', 'onnxruntime', '--quiet');
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toMatch(/c2: the error of image \d is 0\.\d+ of the size of its numbers/);
  });

  it.each([
    ['classify', ['classify', 'SPEC', 'none.png']],
    ['eval', ['eval', 'SPEC', '--data', root]],
    ['diagnose', ['diagnose', 'SPEC', 'none.png', '--got', '3']],
    ['compile', ['compile', 'SPEC', '--output-type', 'probabilities', '-o', join(root, 'out')]],
  ] as const)('is refused where classes are needed: rcc %s', async (_name, args) => {
    const file = onlyMaps();
    const run = await rcc(...args.map((word) => (word === 'SPEC' ? file : word)));
    expect(run.stderr).toContain('[classes-needed]');
  });
});
