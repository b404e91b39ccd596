import { describe, expect, it } from 'vitest';
import { float32View } from '../../../codegen/tensors/float-bytes.ts';
import { slicedTensor, wholeTensor } from '../../../codegen/tensors/tensor-source.ts';
import {
  parameterSources,
  type StoredParameter,
} from '../../../codegen/weights/parameter-source.ts';
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

  it('names all tensors that are as bad, with the first in the message', async () => {
    const stored = (tensor: string, role: 'bn.var' | 'bn.mean', values: readonly number[]) => ({
      source: sourceOf(Float32Array.from(values), [values.length]),
      role,
      tensor,
      transposed: false,
    });
    const all: readonly StoredParameter[] = [
      stored('sound', 'bn.mean', [1, 2]),
      stored('first', 'bn.var', [1, -2]),
      stored('second', 'bn.mean', [Number.NaN]),
    ];
    const [, , second] = parameterSources('net.pth', all);
    const found = await expectDiagnostic(() => floatsOf(second), 'weights-negative-variance');
    expect(found.message).toBe(
      "'first' in 'net.pth' is a variance and holds -2 (element 1), and so does another tensor.",
    );
    expect(found.details).toEqual([
      'first is a variance and holds -2 (element 1)',
      'second holds NaN (element 0)',
    ]);
    const alone = await expectDiagnostic(
      () => floatsOf(parameterSources('net.pth', all.slice(2))[0]),
      'weights-not-finite',
    );
    expect(alone.message).toBe("'second' in 'net.pth' holds NaN (element 0) in float32.");
    expect(alone.details).toBeUndefined();
  });

  it('looks at all others to their end', async () => {
    const late = new Float32Array(300_000);
    late[299_999] = Number.NaN;
    const all = [Float32Array.of(Number.NaN), late].map(
      (values, i): StoredParameter => ({
        source: sourceOf(values, [values.length]),
        role: 'conv.weight',
        tensor: `t${i}`,
        transposed: false,
      }),
    );
    const work = () => floatsOf(parameterSources('net.pth', all)[0]);
    const { details } = await expectDiagnostic(work, 'weights-not-finite');
    expect(details).toEqual(['t0 holds NaN (element 0)', 't1 holds NaN (element 299999)']);
  });

  it('names what it met where a second look finds all sound', async () => {
    const rowBytes = 4 * 100_000;
    let isSound = false;
    const source = slicedTensor('float32', [3, 100_000], async (into, first) => {
      into.fill(0);
      // Element 7 of the last row.
      if (!isSound && first * rowBytes + into.length === 3 * rowBytes) {
        float32View(into.subarray(-rowBytes))[7] = Number.POSITIVE_INFINITY;
        isSound = true;
      }
    });
    const parameter = { source, role: 'conv.weight', tensor: 'conv1.weight', transposed: false };
    const [changing] = parameterSources('net.pth', [parameter as StoredParameter]);
    const { message } = await expectDiagnostic(() => floatsOf(changing), 'weights-not-finite');
    expect(message).toBe("'conv1.weight' in 'net.pth' holds Infinity (element 200007) in float32.");
  });

  it('refuses integers at once and names eight', async () => {
    const integers = (count: number) =>
      Array.from({ length: count }, (_, i): StoredParameter => {
        const source = wholeTensor('int8', [1], () => new Uint8Array(1));
        return { source, role: 'conv.weight', tensor: `t${i}`, transposed: false };
      });
    const refuse = (count: number) =>
      expectDiagnostic(() => parameterSources('net.pth', integers(count)), 'weights-integers');
    const one = await refuse(1);
    expect(one.message).toContain("'t0' in 'net.pth' has the type int8");
    expect(one.message).not.toContain('and so do');
    expect(one.details).toBeUndefined();
    const eight = await refuse(8);
    expect(eight.message).toContain('and so do 7 other tensors');
    expect(eight.details).toHaveLength(8);
    expect(eight.details?.at(-1)).toBe('t7 is int8');
    expect((await refuse(10)).details?.slice(7)).toEqual(['t7 is int8', '… and 2 more']);
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
