import { expect, it } from 'vitest';
import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import { attentionPrice } from '../../../src/report/network/attention-price.ts';
import { specOf } from '../../helpers/specs.ts';

const priceOf = (overrides: Parameters<typeof specOf>[0] = {}) =>
  attentionPrice(lowerSpec(specOf(overrides)));

it('is four kernels a block of SE and ResNeSt, three of ECA, as TensorRT-RTX was seen to build them', () => {
  const se = { kind: 'se', reduce: 4, divisor: 1 } as const;
  expect(priceOf({ attention: se })).toEqual({ blocks: 2, kernels: 8 });
  expect(priceOf({ attention: { kind: 'eca' } })).toEqual({ blocks: 2, kernels: 6 });
  const squeeze = { halving: 'after', padding: 'counted', divisor: 8, bias: true } as const;
  const multiPath = { kind: 'resnest', radix: 2, ...squeeze } as const;
  expect(priceOf({ block: 'bottleneck', multiPath })).toEqual({ blocks: 2, kernels: 8 });
});

it('is the same of two paths, whose cuts and second convolutions it does not count', () => {
  const multiPath = { kind: 'select', reads: 'halves', reduce: 16, divisor: 8 } as const;
  expect(priceOf({ multiPath })).toEqual({ blocks: 2, kernels: 8 });
});

it('is nothing of a plain network', () => {
  expect(priceOf()).toBeUndefined();
});
