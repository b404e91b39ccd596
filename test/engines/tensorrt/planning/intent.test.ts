import { expect, test } from 'vitest';
import { tensorrtIntent } from '../../../../engines/tensorrt/planning/intent.ts';

test.each([
  [1, 1, 1],
  [1, 4, 8],
  [2, 2, 8],
  [1, 8, 8],
])('a profile from %i over %i to %i', (min, opt, max) => {
  expect(tensorrtIntent({ profile: { min, opt, max } }).profile).toEqual({ min, opt, max });
});

test.each([
  [2, 1, 8],
  [1, 9, 8],
  [8, 4, 1],
  [0, 1, 1],
])('no profile from %i over %i to %i', (min, opt, max) => {
  expect(() => tensorrtIntent({ profile: { min, opt, max } })).toThrow();
});

test.each([
  { batches: [] },
  { batches: [0] },
  { batches: [1.5] },
  { batches: [4097] },
  { optimizationLevel: -1 },
  { optimizationLevel: 6 },
  { workspaceMiB: 0 },
  { repeats: 21 },
  { percentiles: [100.5] },
  { stableVariation: 1.1 },
  { device: 128 },
  { unknown: 1 },
])('%j is refused', (values) => {
  expect(() => tensorrtIntent(values as object)).toThrow();
});

test('what is not asked for is what the help page says', () => {
  expect(tensorrtIntent()).toEqual({
    precision: 'fp32',
    batches: [1, 4, 8],
    typing: 'auto',
    tf32: false,
    timingCache: 'shared',
    versionCompatible: false,
    hardwareCompatibility: 'none',
    refit: false,
    stripWeights: false,
    sparsity: 'disable',
    profilingVerbosity: 'detailed',
    profileLayers: false,
    streams: 1,
    cudaGraph: false,
    spinWait: false,
    transfers: true,
    warmUpMs: 500,
    durationMs: 3000,
    iterations: 100,
    percentiles: [90, 95, 99],
    repeats: 3,
    stableVariation: 0.025,
    device: 0,
    timeoutS: 7200,
    buildArguments: [],
    runArguments: [],
  });
});
