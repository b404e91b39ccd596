import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { numbersOf } from '../../../../engines/tensor-values.ts';
import { parseGpu } from '../../../../engines/tensorrt/planning/gpu.ts';
import { tensorrtIntent } from '../../../../engines/tensorrt/planning/intent.ts';
import { planInference } from '../../../../engines/tensorrt/planning/plan-inference.ts';
import {
  resolveRelease,
  supportedReleases,
} from '../../../../engines/tensorrt/planning/release.ts';
import { readOutputs } from '../../../../engines/tensorrt/running/outputs.ts';
import { splitBatch } from '../../../../engines/tensorrt/running/run.ts';
import { parseCommandLine } from '../../../stand-in/command-line.ts';
import { releaseNamed } from '../../../stand-in/release.ts';
import { diagnosticsOf, factsOf } from '../helpers.ts';

describe('a batch in parts', () => {
  test.each([
    [6, [1, 4], [4, 1, 1]],
    [4, [1, 4], [4]],
    [3, [4], [4]],
    [9, [4, 2], [4, 4, 2]],
  ])('%i images with engines for %j', (total, batches, parts) => {
    expect(splitBatch(total, tensorrtIntent({ batches }))).toEqual(parts);
  });

  test('every image has a place and only the last part is padded', () => {
    const sizes = fc.uniqueArray(fc.integer({ min: 1, max: 16 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), sizes, (total, batches) => {
        const parts = splitBatch(total, tensorrtIntent({ batches }));
        const before = parts.slice(0, -1).reduce((sum, size) => sum + size, 0);
        expect(before).toBeLessThan(total);
        expect(before + (parts.at(-1) ?? 0)).toBeGreaterThanOrEqual(total);
        expect(parts.every((part) => batches.includes(part))).toBe(true);
      }),
    );
  });

  test('with a profile, no part lies outside of it', () => {
    const profile = fc
      .tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 8 }))
      .map(([min, more]) => ({ min, opt: min, max: min + more }));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), profile, (total, range) => {
        const parts = splitBatch(total, tensorrtIntent({ batches: [range.min], profile: range }));
        expect(parts.every((part) => part >= range.min && part <= range.max)).toBe(true);
        expect(parts.reduce((sum, part) => sum + part, 0)).toBeGreaterThanOrEqual(total);
      }),
    );
  });
});

describe('the command of one run', () => {
  const files = {
    engine: '/a/model.plan',
    log: '/a/run.log',
    output: '/a/output.json',
    batch: 2,
  };
  const machine = (release: string) => ({
    release: resolveRelease(release),
    gpu: parseGpu('a100'),
  });
  const inputs = [{ name: 'input', path: '/a/input.bin' }];

  test('is one that every release takes, with transfers in', () => {
    for (const release of supportedReleases) {
      // What the intent says of timing must not reach a run for its outputs.
      const intent = tensorrtIntent({ transfers: false, cudaGraph: true });
      const { args } = planInference(intent, machine(release), factsOf(), { ...files, inputs });
      const { unknown, complaints } = parseCommandLine(args, releaseNamed(release));
      expect([...unknown, ...complaints]).toEqual([]);
      expect(args).not.toContain('--noDataTransfers');
      expect(args).toContain('--loadInputs=input:/a/input.bin');
      expect(args.includes('--includeDataTransfers')).toBe(release.startsWith('11.'));
    }
  });

  test('a path that trtexec would split is refused', async () => {
    const unsafe = { ...files, inputs: [{ name: 'input', path: '/a,b/input.bin' }] };
    const planning = async () =>
      planInference(tensorrtIntent(), machine('10.4'), factsOf(), unsafe);
    const [diagnostic] = await diagnosticsOf(planning());
    expect(diagnostic?.code).toBe('trtexec-path-unsafe');
  });
});

describe('outputs', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'rcc-outputs-'));
  afterAll(() => rm(directory, { recursive: true, force: true }));
  const declared = [{ name: 'y', dataType: 'float16' as const, shape: ['N', 3] as const }];

  async function read(text: string) {
    const path = join(directory, 'output.json');
    await writeFile(path, text);
    return await readOutputs(path, declared, 'run.log');
  }

  test('decimals become float32; inf and nan are kept', async () => {
    const text =
      '[\n { "name" : "y", "dimensions" : "2x3", "values" : [ 1, -2.5e-05, inf, nan, -inf, 3 ] }\n]';
    const { y } = await read(text);
    expect(y).toMatchObject({ dataType: 'float32', shape: [2, 3] });
    const values = y ? [...numbersOf(y)] : [];
    expect(values[1]).toBeCloseTo(-2.5e-5, 10);
    expect(values.slice(2)).toEqual([Infinity, Number.NaN, -Infinity, 3]);
  });

  test.each([
    ['', 'it is no list of outputs'],
    ['[{ "name" : "y"', 'it is no list of outputs'],
    ['[{ "name" : "x", "dimensions" : "1x3", "values" : [1, 2, 3] }]', "the output 'y' is missing"],
    [
      '[{ "name" : "y", "dimensions" : "2x3", "values" : [1, 2, 3] }]',
      "the output 'y' is not whole",
    ],
  ])('%j: %s', async (text, reason) => {
    const [diagnostic] = await diagnosticsOf(read(text));
    expect(diagnostic?.message).toContain(reason);
  });
});
