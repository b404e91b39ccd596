/* The FP32 model against the checkpoint's own tensors, folded by the definition in float64. */
import type { Expected } from './network/expected.ts';
import type { OnnxFile } from './onnx-file.ts';

/** A unit in the last place of float32, as a share of the number; what lies below float32's smallest is nothing. */
const lastPlace = 2 ** -23;
const smallest = 2 ** -149;

function countWrong(got: ArrayLike<number>, { values, sizes }: Expected): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const allowed = lastPlace * (sizes[i] as number) + smallest;
    const error = Math.abs((got[i] as number) - (values[i] as number));
    // The other way round NaN would pass.
    if (!(error <= allowed)) count++;
  }
  return count;
}

/** One sentence for each initializer that is not what it must be. */
export function judgeFold(
  file: OnnxFile,
  expected: ReadonlyMap<string, Expected>,
): readonly string[] {
  // Where a Slice begins and what a Reshape makes is seen in what the model computes.
  const floats = [...file.initializers.values()].filter(({ type }) => type !== 'INT64');
  const names = new Set([...expected.keys(), ...floats.map(({ name }) => name)]);
  return [...names].flatMap((name) => {
    const wanted = expected.get(name);
    const got = file.initializers.get(name);
    if (!wanted || !(got?.values instanceof Float32Array))
      return [`${name}: unexpected or missing`];
    if (got.values.length !== wanted.values.length) return [`${name}: another size`];
    const count = countWrong(got.values, wanted);
    return count > 0
      ? [`${name}: ${count} of ${got.values.length} are not the folded numbers`]
      : [];
  });
}
