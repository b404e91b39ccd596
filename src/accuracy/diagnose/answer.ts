import { type NpyArray, readNpy } from '../../../codegen/weights/formats/npy.ts';
import { topIndices } from '../../../engines/ranking.ts';
import { numbersOf } from '../../../engines/tensor-values.ts';
import { fail } from '../../diagnostics/diagnostic.ts';
import { findNearest } from '../../diagnostics/nearest.ts';
import { createFileByteSource } from '../../io/file-byte-source.ts';

/** What the caller's program answered for the picture. */
export type GotAnswer =
  | { readonly kind: 'class'; readonly class: number }
  /** Logits or probabilities, one a class. */
  | { readonly kind: 'logits'; readonly values: Float64Array };

/** A class by its number or label. Throws DiagnosticError `diagnose-class`. */
export function parseGotClass(
  text: string,
  classes: number,
  labels: readonly string[] = [],
): GotAnswer {
  const byLabel = labels.indexOf(text);
  const number = /^\d+$/.test(text) ? Number(text) : byLabel;
  if (number >= 0 && number < classes) return { kind: 'class', class: number };
  return fail('diagnose-class', { got: text, classes, nearest: findNearest(text, labels) });
}

const floatTypes: readonly string[] = ['float16', 'float32', 'float64'];

async function readArray(path: string): Promise<NpyArray> {
  const source = createFileByteSource(path, 'answer');
  try {
    return await readNpy(source);
  } finally {
    source.close();
  }
}

/** Logits or probabilities of one picture from a .npy file, [classes] or [1, classes]. Throws DiagnosticError. */
export async function readGotLogits(path: string, classes: number): Promise<GotAnswer> {
  const array = await readArray(path);
  const { shape, dataType } = array;
  const isOne = shape.at(-1) === classes && shape.slice(0, -1).every((size) => size === 1);
  if (!isOne || !floatTypes.includes(dataType)) {
    fail('diagnose-logits', { path, dataType, shape, classes });
  }
  const values = numbersOf(array);
  if (!values.every(Number.isFinite)) fail('diagnose-not-finite', { path });
  return { kind: 'logits', values };
}

/** Below this, probabilities are rounding. */
const leastProbability = 1e-7;

/** Whether numbers are a softmax's: between 0 and 1, with the sum 1. */
function areProbabilities(values: Float64Array): boolean {
  const sum = values.reduce((total, value) => total + value, 0);
  return values.every((value) => value >= 0 && value <= 1) && Math.abs(sum - 1) < 1e-3;
}

export function probabilitiesOf(values: Float64Array): Float64Array {
  if (areProbabilities(values)) return values;
  const most = values.reduce((a, b) => Math.max(a, b));
  const powers = values.map((value) => Math.exp(value - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** Where answers are compared: logarithms of probabilities, whichever of logits and probabilities they came as. */
function logarithmsOf(values: Float64Array): Float64Array {
  if (areProbabilities(values)) {
    return values.map((value) => Math.log(Math.max(value, leastProbability)));
  }
  const most = values.reduce((a, b) => Math.max(a, b));
  const sum = values.reduce((total, value) => total + Math.exp(value - most), 0);
  return values.map((value) => value - most - Math.log(sum));
}

function deviationOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / values.length) || 1;
}

/** Root of the mean squared difference of two answers, in standard deviations of the second. */
export function relativeDistance(answer: Float64Array, got: Float64Array): number {
  // Where one of them has only probabilities, tiny ones are cut off in both.
  const cut = areProbabilities(answer) || areProbabilities(got);
  const floor = cut ? Math.log(leastProbability) : Number.NEGATIVE_INFINITY;
  const [a, b] = [logarithmsOf(answer), logarithmsOf(got)].map((values) =>
    values.map((value) => Math.max(value, floor)),
  ) as [Float64Array, Float64Array];
  const squares = a.reduce((sum, value, index) => sum + (value - (b[index] as number)) ** 2, 0);
  const distance = Math.sqrt(squares / a.length) / deviationOf(b);
  return Number.isFinite(distance) ? distance : Number.POSITIVE_INFINITY;
}

export function firstClass(values: Float64Array): number {
  return topIndices(values, 1)[0] ?? 0;
}
