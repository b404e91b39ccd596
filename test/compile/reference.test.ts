/* The golden answer in the manifest, against the .npy files read by the judges' own reader. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../codegen/architecture/lower.ts';
import { compileSpec } from '../../src/compile/compile.ts';
import { readManifest } from '../../src/compile/read-manifest.ts';
import { answerFileOf, describeReference } from '../../src/compile/reference.ts';
import { specAt } from '../helpers/spec-files.ts';
import { embedded } from '../helpers/targets.ts';
import { readFloats } from '../judges/npy.ts';

const files = ['examples/digits/digits.rn', 'test/fixtures/weights/cifar14.rn'];

describe('the reference in the manifest', () => {
  it.each(files)('of %s is the first input’s digest and the framework’s answer', async (path) => {
    const spec = await specAt(path);
    const { reference } = spec;
    if (!reference) throw new Error('no reference');
    const [input, logits] = [readFloats(reference.input), readFloats(answerFileOf(reference))];
    const described = await describeReference({ graph: lowerSpec(spec) }, reference);
    const size = input.values.length / (input.shape[0] ?? 1);
    const first = new Uint8Array(input.values.slice(0, size).buffer);
    expect(described?.input).toEqual({
      digest: createHash('sha256').update(first).digest('hex'),
      shape: [1, ...input.shape.slice(1)],
    });
    expect(described?.output).toBe('logits');
    const answer = Float32Array.from(described?.values ?? []);
    expect(answer).toEqual(logits.values.slice(0, spec.classes));
  });

  it('is there for the spec’s own weights alone', async () => {
    const spec = await specAt('examples/digits/digits.rn');
    const folder = mkdtempSync(join(tmpdir(), 'rcc-reference-'));
    const options = { target: await embedded('fp32'), verify: false } as const;
    await compileSpec(spec, { ...options, directory: join(folder, 'own') });
    expect(await readManifest(join(folder, 'own'))).toHaveProperty('reference.values');
    const { weights: _, ...untrained } = spec;
    await compileSpec(untrained, { ...options, directory: join(folder, 'made-up') });
    const text = readFileSync(join(folder, 'made-up', 'manifest.json'), 'utf8');
    expect(JSON.parse(text)).not.toHaveProperty('reference');
    rmSync(folder, { recursive: true });
  }, 60_000);
});
