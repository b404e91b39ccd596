/* The verdict of networks with one class or two: there is no deviation over classes to measure errors in. */

import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../codegen/architecture/lower.ts';
import { tapValues } from '../../codegen/passes/tap-values.ts';
import { float32View } from '../../codegen/tensors/float-bytes.ts';
import { readAll } from '../../codegen/tensors/tensor-source.ts';
import { synthesizeWeights } from '../../codegen/weights/synthesize.ts';
import type { Engine } from '../../engines/engine.ts';
import { unitOf } from '../../engines/logit-unit.ts';
import { createOnnxruntimeEngine } from '../../engines/onnxruntime/engine.ts';
import { withScratchEngine } from '../../engines/onnxruntime/scratch-engine.ts';
import { createSeededInput } from '../../engines/seeded-input.ts';
import { numbersOf } from '../../engines/tensor-values.ts';
import { findTerms, termSizeOf } from '../../src/compile/term-size.ts';
import { verifySpec } from '../../src/compile/verify.ts';
import { specWith } from '../helpers/language.ts';
import { embedded } from '../helpers/targets.ts';

const network = (classes: number, more = '') =>
  specWith(`block basic stages [1, 1, 1] widths [8, 16, 32] input 32 classes ${classes} ${more}`);
const engine = createOnnxruntimeEngine({ threads: 1 });
const seeds = Array.from({ length: 14 }, (_, i) => i + 1);

async function verdictsOf(
  classes: number,
  precision: 'fp32' | 'fp16' | 'int8',
  by: Engine = engine,
) {
  const spec = await network(classes);
  const verdicts: { ok: boolean; reason: string }[] = [];
  for (const seed of seeds) {
    const { verdict, emulated } = await verifySpec(spec, {
      target: await embedded(precision, by),
      seed,
    });
    verdicts.push(verdict, ...(emulated ? [emulated] : []));
  }
  return verdicts;
}

/** Answers what the engine does, each logit larger by a share of itself. */
function scaled(factor: number): Engine {
  return {
    ...engine,
    async run(path, inputs, signal) {
      const { logits, ...others } = await engine.run(path, inputs, signal);
      if (!logits) throw new Error('no logits');
      const values = float32View(logits.bytes).map((value) => value * factor);
      return { ...others, logits: { ...logits, bytes: new Uint8Array(values.buffer) } };
    },
  };
}

describe.each([1, 2])('a network of %i classes', (classes) => {
  it.each([
    'fp32',
    'fp16',
    'int8',
  ] as const)('passes in %s, whatever its weights', async (precision) => {
    for (const { ok, reason } of await verdictsOf(classes, precision))
      expect(ok, reason).toBe(true);
  }, 60_000);

  it('fails where it computes something else', async () => {
    const wrong = await verdictsOf(classes, 'fp16', scaled(2));
    // Every second verdict is of the emulation, which is sound; a logit that happens to be near 0 may be doubled unseen.
    const judged = wrong.filter((_, i) => i % 2 === 0);
    expect(judged.filter(({ ok }) => !ok).length).toBeGreaterThan(10);
  }, 60_000);
});

describe('the size of the terms', () => {
  it('is that of features times weights, number by number', async () => {
    const graph = synthesizeWeights(lowerSpec(await network(2)), 3);
    const terms = findTerms(graph);
    if (!terms?.weight.source) throw new Error('the network ends in a sum');
    const weights = float32View(await readAll(terms.weight.source));
    const features = {
      dataType: 'float32',
      shape: [3, 32],
      bytes: new Uint8Array(3 * 32 * 4),
    } as const;
    const values = float32View(features.bytes);
    for (let i = 0; i < values.length; i++) values[i] = Math.sin(i);
    let sum = 0;
    for (let image = 0; image < 3; image++) {
      for (let label = 0; label < 2; label++) {
        for (let i = 0; i < 32; i++) {
          sum += ((values[image * 32 + i] as number) * (weights[label * 32 + i] as number)) ** 2;
        }
      }
    }
    expect(await termSizeOf(terms, features)).toBeCloseTo(Math.sqrt(sum / 6), 10);
  });

  it('is the deviation of many classes, near enough, so that tolerances mean the same', async () => {
    const graph = synthesizeWeights(lowerSpec(await network(1000)), 3);
    const terms = findTerms(graph);
    const type = graph.inputs[0]?.type;
    if (!terms || !type) throw new Error('the network has an input and ends in a sum');
    const tapped = tapValues([terms.features]).run(graph, {});
    await withScratchEngine(tapped, { optimization: 'disabled' }, async (scratch) => {
      const outputs = await scratch.run({ input: createSeededInput(type, 2, 20) });
      const { logits, [terms.features]: features } = outputs;
      if (!logits || !features) throw new Error('an output is missing');
      const { size } = unitOf(numbersOf(logits), 1000);
      const share = (await termSizeOf(terms, features)) / size;
      expect(share).toBeGreaterThan(0.9);
      expect(share).toBeLessThan(1.1);
    });
  });

  it('is that of what a Softmax reads', async () => {
    const terms = findTerms(lowerSpec(await network(2, 'head softmax')));
    expect(terms).toEqual(findTerms(lowerSpec(await network(2))));
    const { verdict } = await verifySpec(await network(2, 'head softmax'), {
      target: await embedded('fp16', engine),
    });
    expect(verdict.ok, verdict.reason).toBe(true);
  });
});
