import type { Fit } from './constants.ts';

/** Written by scripts/fit-estimate.ts from specs/published.json and specs/catalogue.json; docs/estimate.md has the errors cell by cell. */
export const fit: Fit = {
  constants: {
    launchMs: 0.02561,
    fixedMs: 0.1086,
    copyGBps: 3.978,
    computeV100Fp32: 1.404,
    computeT4Fp32: 0.9195,
    computeT4Fp16: 0.9979,
    bandwidthV100: 0.3254,
    bandwidthT4: 0.5741,
    occupancyExponent: 0.511,
    windowed: 0.3746,
  },
  architecturesLeftOut: {
    mean: 0.02838,
    p90: 0.06199,
    worst: 0.0911,
  },
  depthsLeftOut: {
    mean: 0.03012,
    p90: 0.06199,
    worst: 0.09114,
  },
  largerInput: {
    mean: 0.03307,
    p90: 0.07365,
    worst: 0.07365,
  },
  band: {
    fitted: 1.065,
    batch: 1.21,
    gpu: 1.256,
    precision: 1.549,
    network: 1.279,
    steps: {
      attention: 1.542,
      groups: 6.731,
      parts: 1.507,
    },
  },
  tables: ['v100 fp32', 't4 fp16', 't4 fp32'],
  batches: [1, 4, 8],
  macs: [1826918400, 15247122432],
  sides: [224, 320],
};
