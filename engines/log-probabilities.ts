/*
 * Probabilities are judged as the logits that they come from: a logarithm takes Softmax back but for one number an image, which is left out on both sides by
 * taking each image's mean away. What errors of logits mean is then true of probabilities too, of the least likely class as of the first.
 */
import type { OutputForm } from '../codegen/architecture/output-names.ts';
import { bytesOf } from '../codegen/tensors/float-bytes.ts';
import type { Tensor } from './engine.ts';
import { numbersOf } from './tensor-values.ts';

/** The least normal float32: what is smaller may be 0 on one processor and not on another. */
const leastProbability = 2 ** -126;

/** Sums of float32 probabilities are nearer to 1 than this for any number of classes that there is. */
const sumWithin = 1e-3;

function eachImage(
  { shape }: Tensor,
  values: Float64Array,
  change: (image: Float64Array) => Float64Array,
): Float32Array {
  const [images = 1] = shape;
  const classes = values.length / images;
  const changed = new Float32Array(values.length);
  for (let start = 0; start < values.length; start += classes) {
    changed.set(change(values.subarray(start, start + classes)), start);
  }
  return changed;
}

/** log(e^x / Σ e^x), safe from overflow. */
function logSoftmax(logits: Float64Array): Float64Array {
  const largest = logits.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0);
  return logits.map((logit) => logit - largest - Math.log(sum));
}

const logarithms: Readonly<Record<OutputForm, (image: Float64Array) => Float64Array>> = {
  logits: logSoftmax,
  probabilities: (image) => image.map((value) => (value >= 0 ? Math.log(value) : Number.NaN)),
};

/** Each less the image's mean, the smallest cut off. What is not finite stays so; a probability of 0 is finite. */
function centred(values: Float64Array, given: Float64Array): Float64Array {
  const floor = Math.log(leastProbability);
  const cut = values.map((value, i) =>
    Number.isFinite(given[i]) ? Math.max(value, floor) : Number.NaN,
  );
  const mean = cut.reduce((sum, value) => sum + value, 0) / cut.length;
  return cut.map((value) => value - mean);
}

/** Logits or probabilities [N, classes] as logarithms of probabilities less each image's mean: for both the same numbers. */
export function centredLogits(tensor: Tensor, form: OutputForm): Tensor {
  const values = eachImage(tensor, numbersOf(tensor), (image) =>
    centred(logarithms[form](image), image),
  );
  return { dataType: 'float32', shape: tensor.shape, bytes: bytesOf(values) };
}

/** The sum of an image's probabilities that is farthest from 1, where it is none of a softmax. */
export function unfitSum(probabilities: Tensor): number | undefined {
  const [images = 1] = probabilities.shape;
  const values = numbersOf(probabilities);
  const classes = values.length / images;
  const sums = Array.from({ length: images }, (_, image) =>
    values
      .subarray(image * classes, (image + 1) * classes)
      .reduce((total, value) => total + value, 0),
  );
  return sums.find((sum) => Math.abs(sum - 1) > sumWithin);
}
