import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tensorrtOptionsSchema } from '../../engines/tensorrt/planning/options.ts';
import { loadSpecs } from '../../src/compile/spec-files.ts';
import type { Kit, KitOptions } from '../../src/kit/kit.ts';
import { makeKitLike } from '../../src/kit/kit-like.ts';
import { makeKit } from '../../src/kit/make-kit.ts';
import { openKit } from '../../src/kit/open-kit.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-kit-like-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { specs } = await loadSpecs('examples/digits/digits.rn');
const [spec] = specs;
if (!spec) throw new Error('there is a spec');

const optionsOf = (name: string, gpu: string, more: Partial<KitOptions> = {}): KitOptions => ({
  spec,
  precision: 'fp16',
  tensorrt: { ...tensorrtOptionsSchema.parse({}), gpu, trt: '10.4' },
  batches: [1, 2],
  directory: join(folder, name),
  ...more,
});

const inode = (...path: readonly string[]): number => statSync(join(folder, ...path)).ino;

describe('a kit like another one', () => {
  let whole: Kit;

  beforeAll(async () => {
    await makeKit(optionsOf('t4', 't4'));
    whole = await makeKit(optionsOf('v100', 'v100'));
  }, 60_000);

  it('is, file by file, the kit that is made of the network, and its model is on the disk once', async () => {
    const other = await openKit(join(folder, 't4'));
    const made = await makeKitLike(other, whole.key, optionsOf('like', 'v100'));
    expect(made?.key).toBe(whole.key);
    const names = readdirSync(join(folder, 'v100')).toSorted();
    expect(readdirSync(join(folder, 'like')).toSorted()).toEqual(names);
    for (const name of names)
      expect(readFileSync(join(folder, 'like', name)), name).toEqual(
        readFileSync(join(folder, 'v100', name)),
      );
    expect(inode('like', 'model.onnx')).toBe(inode('t4', 'model.onnx'));
    expect(inode('like', 'run.sh')).not.toBe(inode('t4', 'run.sh'));
    await openKit(join(folder, 'like'));
  });

  it.each<[string, Partial<KitOptions>]>([
    ['another precision', { precision: 'fp32' }],
    ['other batches', { batches: [1, 4] }],
    ['another spec', { spec: { ...spec, classes: 11 } }],
  ])('is not made for %s', async (_, more) => {
    const other = await openKit(join(folder, 't4'));
    const options = optionsOf('none', 'v100', more);
    expect(await makeKitLike(other, whole.key, options)).toBeUndefined();
    expect(readdirSync(folder)).not.toContain('none');
  });

  it('is not made of one whose list of digests was changed', async () => {
    const other = await openKit(join(folder, 't4'));
    appendFileSync(join(folder, 't4', 'kit.sha256'), '\n');
    expect(await makeKitLike(other, whole.key, optionsOf('none', 'v100'))).toBeUndefined();
  });
});
