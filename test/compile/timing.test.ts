import { describe, expect, it } from 'vitest';
import type { Measurement } from '../../engines/engine.ts';
import { measurementsOf } from '../../src/compile/timing.ts';
import { sampleRow } from '../report/sample-bench.ts';

describe('timings of a model', () => {
  const { provenance: _, ...measurement } = sampleRow({ model: 'mine', ms: 2 });
  const all = [measurement as Measurement];

  it('say so where the weights were made up', () => {
    const weights = { synthetic: true as const, seed: 1 };
    expect(measurementsOf({ model: 'mine', weights }, all)).toMatchObject([
      { model: 'mine', batch: 1, provenance: { madeUpWeights: true } },
    ]);
  });

  it('say nothing of weights from a file', () => {
    const weights = {
      file: 'mine.safetensors',
      format: 'safetensors',
      scheme: 'timm',
      digest: '0'.repeat(64),
    };
    expect(measurementsOf({ model: 'mine', weights }, all)[0]).not.toHaveProperty('provenance');
  });
});
