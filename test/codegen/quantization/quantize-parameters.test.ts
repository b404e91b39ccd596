import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantizeParameters } from '../../../codegen/quantization/quantize-parameters.ts';
import { float32View } from '../../../codegen/tensors/float-bytes.ts';
import type { TensorSource } from '../../../codegen/tensors/tensor-source.ts';
import { sourceOf } from '../../helpers/graphs.ts';
import { tensorBytes } from '../../helpers/tensors.ts';

/** Two output channels of four weights each. */
function parameters(weight: readonly number[], bias: readonly number[], inputScale = 0.02) {
  return quantizeParameters({
    weight: sourceOf(Float32Array.from(weight), [2, 4, 1, 1]),
    bias: sourceOf(Float32Array.from(bias), [2]),
    inputScale,
  });
}

const floats = async (source: TensorSource) => [...float32View(await tensorBytes(source))];
const bytes = async (source: TensorSource) => [...new Int8Array(await tensorBytes(source))];
const wholes = async (source: TensorSource) => [
  ...new Int32Array(new Uint8Array(await tensorBytes(source)).buffer),
];

describe('quantizeParameters', () => {
  it('gives each channel a scale of its own, up to ±127', async () => {
    const { weight, weightScale } = parameters(
      [1, -2, 0.5, 0, 0.127, -0.001, 0.0635, 0.05],
      [0, 0],
    );
    expect(await floats(weightScale)).toEqual([Math.fround(2 / 127), Math.fround(0.127 / 127)]);
    expect(await bytes(weight)).toEqual([64, -127, 32, 0, 127, -1, 64, 50]);
  });

  it('never goes beyond ±127, and is right to half a step', async () => {
    const value = fc.float({ min: -1000, max: 1000, noNaN: true });
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 8, maxLength: 8 }), async (values) => {
        const { weight, weightScale } = parameters(values, [0, 0]);
        const scales = await floats(weightScale);
        for (const [i, whole] of (await bytes(weight)).entries()) {
          const scale = scales[Math.floor(i / 4)] ?? 0;
          expect(Math.abs(whole)).toBeLessThanOrEqual(127);
          const error = Math.abs(whole * scale - Math.fround(values[i] ?? 0));
          expect(error).toBeLessThanOrEqual(scale * 0.5001);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('gives a channel of zeros a scale above 0', async () => {
    const { weight, weightScale } = parameters([0, 0, 0, 0, 1e-42, 0, 0, 0], [0, 0]);
    expect(await floats(weightScale)).toEqual([1, 1]);
    expect(await bytes(weight)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('makes of the bias a whole number of input scale times weight scale', async () => {
    const { bias, biasScale } = parameters([127, 0, 0, 0, 254, 0, 0, 0], [0.5, -3], 0.25);
    expect(await floats(biasScale)).toEqual([0.25, 0.5]);
    expect(await wholes(bias)).toEqual([2, -6]);
  });

  it('leaves room for the bias of a channel whose weights are next to nothing', async () => {
    // Without it the bias would be 0.5 / (0.02 · 1e-12 / 127) = 3e15: far beyond 32 bits.
    const quantized = parameters([1e-12, 0, 0, 0, 1, 0, 0, 0], [0.5, 0.5]);
    const [whole = 0] = await wholes(quantized.bias);
    const [scale = 0] = await floats(quantized.biasScale);
    expect(whole).toBeLessThanOrEqual(2 ** 30 + 64);
    expect(whole * scale).toBeCloseTo(0.5, 6);
    expect((await floats(quantized.weightScale))[1]).toBe(Math.fround(1 / 127));
  });

  it('reads the weight once where the weight comes first', async () => {
    let reads = 0;
    const source = sourceOf(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), [2, 4, 1, 1]);
    const rows = () => {
      reads++;
      return source.rows();
    };
    const counted = {
      weight: { ...source, rows },
      bias: undefined,
      inputScale: 1,
    };
    const quantized = quantizeParameters(counted);
    await tensorBytes(quantized.weight);
    await tensorBytes(quantized.weightScale);
    await tensorBytes(quantized.biasScale);
    expect(reads).toBe(1);
    const other = quantizeParameters(counted);
    const scale = await floats(other.weightScale);
    expect(scale).toEqual(await floats(quantized.weightScale));
    expect(reads).toBe(2);
  });

  it('says what each tensor is before it is read', () => {
    const quantized = parameters([1, 2, 3, 4, 5, 6, 7, 8], [1, 2]);
    const forms = Object.entries(quantized).map(([name, { dataType, shape }]) => [
      name,
      `${dataType} ${JSON.stringify(shape)}`,
    ]);
    expect(Object.fromEntries(forms)).toEqual({
      weight: 'int8 [2,4,1,1]',
      floatWeight: 'float32 [2,4,1,1]',
      weightScale: 'float32 [2]',
      bias: 'int32 [2]',
      biasScale: 'float32 [2]',
    });
  });

  it('gives scales in arrays of their own', async () => {
    const { weightScale, biasScale } = parameters([1, 2, 3, 4, 5, 6, 7, 8], [1, 2]);
    const first = await floats(weightScale);
    for await (const rows of weightScale.rows()) rows.fill(7);
    for await (const rows of biasScale.rows()) rows.fill(7);
    expect(await floats(weightScale)).toEqual(first);
  });

  it('reads no weight beyond its channel', async () => {
    const { weightScale } = parameters([1, 1, 1, 1, 100, 2, 2, 2], [0, 0]);
    expect(await floats(weightScale)).toEqual([Math.fround(1 / 127), Math.fround(100 / 127)]);
  });

  it('takes the smallest scale that float32 arithmetic keeps', async () => {
    const { weightScale } = parameters(
      [127 * 2 ** -100, 0, 0, 0, 126 * 2 ** -100, 0, 0, 0],
      [0, 0],
    );
    expect(await floats(weightScale)).toEqual([2 ** -100, 1]);
  });

  it('takes no bias for a bias of zeros', async () => {
    const { bias } = quantizeParameters({
      weight: sourceOf(Float32Array.of(1, 2, 3, 4), [2, 2]),
      bias: undefined,
      inputScale: 1,
    });
    expect(await wholes(bias)).toEqual([0, 0]);
  });

  it('gives the float weight as it was', async () => {
    const values = [1, -2, 0.5, 0, 3, 1, 1, 1];
    expect(await floats(parameters(values, [1, 1]).floatWeight)).toEqual(values);
  });
});
