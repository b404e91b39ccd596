import { expect, it } from 'vitest';
import { keyDigest } from '../../../engines/engine-key.ts';
import type { TensorrtRtxOptions } from '../../../engines/tensorrt-rtx/options.ts';
import { plannedEngine } from '../../../engines/tensorrt-rtx/planned-engine.ts';
import type { TensorrtRtxInstallation } from '../../../engines/tensorrt-rtx/probe.ts';
import { factsOf } from '../tensorrt/helpers.ts';

const installed = (version: string) => ({ version }) as TensorrtRtxInstallation;
const identity = { graph: 'a', weights: 'b', ranges: 'none' };
const usual: TensorrtRtxOptions = {
  installation: installed('1.7.1'),
  computeCapabilities: ['7.5', '8.6'],
};
const keyOf = (changes: Partial<TensorrtRtxOptions> = {}, facts = factsOf({ identity })) =>
  keyDigest(plannedEngine({ ...usual, ...changes }, 'fp16', facts).key);

it('the key of an engine changes with all that changes it, and with nothing else', () => {
  const keys = [
    keyOf(),
    keyOf({ installation: installed('1.8') }),
    keyOf({ computeCapabilities: ['7.5'] }),
    keyOf({ batches: { smallest: 1, usual: 2, largest: 8 } }),
    keyOf({ tf32: true }),
    keyOf({ auxStreams: 1 }),
    keyOf({}, factsOf({ identity: { ...identity, weights: 'c' } })),
    keyOf({}, factsOf({ identity: { ...identity, ranges: 'c' } })),
  ];
  expect(new Set(keys).size).toBe(keys.length);
  expect(keyOf({ timeoutMs: 5, tf32: false, auxStreams: 0 })).toBe(keyOf());
  expect(keyOf({ batches: { smallest: 1, usual: 4, largest: 8 } })).toBe(keyOf());
});
