import { describe, expect, it } from 'vitest';
import { parameterSources } from '../../../codegen/weights/parameter-source.ts';
import { expectDiagnostic } from '../../helpers/byte-sources.ts';
import { sourceOf } from '../../helpers/graphs.ts';
import { floatsOf } from '../../helpers/tensors.ts';

const parameter = (values: readonly number[], role: 'bn.var' | 'bn.mean') => {
  const source = sourceOf(Float32Array.from(values), [values.length]);
  return parameterSources('net.pth', [{ source, role, tensor: 'bn1.var', transposed: false }])[0];
};

describe('parameterSources', () => {
  it('takes a variance of 0: a channel that never moved', async () => {
    const values = [0.5, 0, -0, 2 ** -149, 3];
    expect([...(await floatsOf(parameter(values, 'bn.var')))]).toEqual(values);
  });

  it('refuses the least variance below 0 and names value and place', async () => {
    const work = () => floatsOf(parameter([1, 2, 3, -(2 ** -149)], 'bn.var'));
    const { message } = await expectDiagnostic(work, 'weights-negative-variance');
    expect(message).toContain('bn1.var');
    expect(message).toContain('-1.4');
    expect(message).toContain('3');
  });

  it('takes means below 0', async () => {
    expect([...(await floatsOf(parameter([-1, 0, -3], 'bn.mean')))]).toEqual([-1, 0, -3]);
  });

  it.each([0, 1, 2, 3, 4, 5, 6])('finds one NaN or infinity at place %i of 7', async (place) => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const work = () => floatsOf(parameter([1, 2, 3, 4, 5, 6, 7].with(place, value), 'bn.mean'));
      const { message } = await expectDiagnostic(work, 'weights-not-finite');
      expect(message).toContain(String(value));
      expect(message).toContain(String(place));
    }
  });

  it('turns a linear weight [inputs, outputs] around', async () => {
    const stored = sourceOf(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
    const parameters = [
      { source: stored, role: 'linear.weight', tensor: 'fc.weight', transposed: true },
    ] as const;
    const [turned] = parameterSources('net.pth', parameters);
    expect(turned?.shape).toEqual([3, 2]);
    expect([...(await floatsOf(turned))]).toEqual([1, 4, 2, 5, 3, 6]);
  });
});
