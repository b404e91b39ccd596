/* The scales of activations, calibrated with `max`, against the largest numbers that the definitions give. */
import type { OnnxFile } from './onnx-file.ts';
import { withNumbers } from './roles.ts';

/** Integers from 0 to the largest magnitude. */
function levelsOf(zeroPoint: { readonly type: string; readonly values: ArrayLike<unknown> }) {
  return zeroPoint.type === 'UINT8' && Number(zeroPoint.values[0]) === 0 ? 255 : 127;
}

export interface RangeJudgement {
  readonly count: number;
  readonly wrong: readonly string[];
}

/** Judges the quantisers of those values whose largest number is known. */
export function judgeRanges(
  { nodes, initializers }: OnnxFile,
  largest: ReadonlyMap<string, number>,
): RangeJudgement {
  const wrong: string[] = [];
  let count = 0;
  for (const { op, inputs } of nodes) {
    const [value = '', scale, zeroPoint] = inputs;
    const known = largest.get(value);
    const zero = initializers.get(zeroPoint ?? '');
    if (op !== 'QuantizeLinear' || known === undefined || !zero) continue;
    const stored = initializers.get(scale ?? '');
    const range = Number(stored && withNumbers(stored).values[0]) * levelsOf(zero);
    count++;
    const bound = stored?.type === 'FLOAT16' ? 2 ** -10 : 1e-4;
    if (!(Math.abs(range / known - 1) <= bound)) wrong.push(`${value}: ${range} for ${known}`);
  }
  return { count, wrong };
}
