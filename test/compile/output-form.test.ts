/* The verdict on models that answer probabilities: as strict as on their logits. */
import { describe, expect, it } from 'vitest';
import { float32View } from '../../codegen/tensors/float-bytes.ts';
import type { Engine } from '../../engines/engine.ts';
import { createOnnxruntimeEngine } from '../../engines/onnxruntime/engine.ts';
import { verifySpec } from '../../src/compile/verify.ts';
import { specAt } from '../helpers/spec-files.ts';
import { embedded } from '../helpers/targets.ts';

const digits = await specAt('examples/digits/digits.rn');
const engine = createOnnxruntimeEngine({ threads: 1 });
const calibrate = 'examples/digits/test.zip';

/** Answers the engine's probabilities, each changed. */
function changing(change: (value: number, index: number, all: Float32Array) => number): Engine {
  return {
    ...engine,
    async run(path, inputs, signal) {
      const { probabilities } = await engine.run(path, inputs, signal);
      if (!probabilities) throw new Error('no probabilities');
      const values = float32View(probabilities.bytes).map(change);
      return { probabilities: { ...probabilities, bytes: new Uint8Array(values.buffer) } };
    },
  };
}

async function verdictOf(
  precision: 'fp32' | 'fp16' | 'int8',
  by: Engine = engine,
  outputForm: 'logits' | 'probabilities' = 'probabilities',
) {
  const target = await embedded(precision, by);
  const options = { target, outputForm, calibrate, calibrationImages: 40 };
  return (await verifySpec(digits, options)).verdict;
}

describe('a model that answers probabilities', () => {
  it.each([
    'fp32',
    'fp16',
    'int8',
  ] as const)('passes in %s, as its logits do', async (precision) => {
    const [shares, logits] = [
      await verdictOf(precision),
      await verdictOf(precision, engine, 'logits'),
    ];
    expect(shares.ok, shares.reason).toBe(true);
    expect(logits.ok).toBe(true);
    const [ofShares = 1, ofLogits = 1] = [shares, logits].map((one) => one.relativeError?.max);
    // Each image's mean is taken away, which adds at most the mean of the errors.
    expect(ofShares).toBeLessThan(2 * ofLogits + 1e-6);
    expect(ofShares).toBeGreaterThan(ofLogits / 4);
  }, 60_000);

  it.each<[string, Parameters<typeof changing>[0], RegExp]>([
    [
      'its least likely class by 1 %',
      (v, _, all) => (v === Math.min(...all) ? v * 1.01 : v),
      /error/,
    ],
    ['all to twice their size', (value) => value * 2, /sum to 2/],
    ['one to NaN', (value, i) => (i === 3 ? Number.NaN : value), /NaN/],
    ['one to less than 0', (value, i) => (i === 3 ? -value : value), /NaN/],
    ['each to its neighbour', (_, i, all) => all[i ^ 1] ?? 0, /error/],
  ])(
    'fails where an engine changes %s',
    async (_, change, reason) => {
      const verdict = await verdictOf('fp32', changing(change));
      expect(verdict.ok).toBe(false);
      expect(verdict.reason).toMatch(reason);
    },
    60_000,
  );
});

describe('a network that ends in a softmax', () => {
  const { reference: _, ...others } = digits;
  const headed = { ...others, head: 'softmax' } as const;
  it('answers logits where they are asked for, and is judged by them', async () => {
    for (const outputForm of ['logits', 'probabilities'] as const) {
      const target = await embedded('fp32', engine);
      const { verdict } = await verifySpec(headed, { target, outputForm });
      expect(verdict.ok, verdict.reason).toBe(true);
    }
  }, 60_000);
});
