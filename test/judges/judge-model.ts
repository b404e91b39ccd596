/*
 * A written model against the FP32 model of the same weights, number by number. Every initializer is judged, none is left out:
 *   float16          float16(FP32's), to the bit
 *   int8, int32      within half a step of its own scale of FP32's
 *   float32          FP32's, to the bit, also where the graph quantises it
 *   scales           finite and above 0; of weights no coarser than they must be, of biases input scale × weight scale
 *   zero points      0, of uint8 also 128
 */

import { nearestHalf } from '../helpers/half.ts';
import { judgeChannels, judgeDistances, largestBias, quantize } from './integers.ts';
import type { Initializer, OnnxFile } from './onnx-file.ts';
import { type Roles, rolesOf, type Steps, withNumbers } from './roles.ts';

export interface Judgement {
  /** How many initializers were judged as what. */
  readonly counts: Readonly<Record<string, number>>;
  /** One sentence for each initializer that is wrong. */
  readonly wrong: readonly string[];
}

interface Context {
  readonly file: OnnxFile;
  readonly base: OnnxFile;
  readonly roles: Roles;
}

type Finding = string | undefined;

/** FP32's of the same name; a Gemm's weight may have become that of a 1×1 convolution. */
function baseOf({ name, values }: Initializer, { base }: Context): Initializer {
  const found = base.initializers.get(name);
  if (!found || found.values.length !== values.length) {
    throw new Error(`FP32 has no '${name}' of ${values.length} numbers`);
  }
  return found;
}

function countDifferent(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let count = 0;
  // Object.is tells −0 from 0, and NaN differs from no NaN.
  for (let index = 0; index < a.length; index++) if (!Object.is(a[index], b[index])) count++;
  return count;
}

const differing = (count: number, { values }: Initializer, what: string): Finding =>
  count > 0 ? `${count} of ${values.length} differ from ${what}` : undefined;

function judgeSame(tensor: Initializer, context: Context): Finding {
  const base = baseOf(tensor, context);
  if (base.type !== tensor.type) return `is ${tensor.type}, in FP32 ${base.type}`;
  return differing(countDifferent(tensor.values, base.values), tensor, "FP32's");
}

function judgeHalf(tensor: Initializer, context: Context): Finding {
  const halves = Uint16Array.from(baseOf(tensor, context).values, nearestHalf);
  return differing(countDifferent(tensor.values, halves), tensor, "float16 of FP32's");
}

/** The channel's bias in FP32, in units of the layer's input scale. */
function biasOf(weight: string, { roles, base }: Context): (channel: number) => number {
  const layer = roles.layers.get(weight);
  if (!layer) throw new Error(`'${weight}' is read by no int8 layer`);
  const bias = layer.bias === undefined ? undefined : base.initializers.get(layer.bias);
  return (channel) => (bias?.values[channel] ?? 0) / layer.inputScale;
}

function judgeWeight(tensor: Initializer, steps: Steps, context: Context): Finding {
  const integers = { values: tensor.values, dims: tensor.dims, steps };
  if (Math.min(...new Set(integers.values as Int8Array)) < -127) return 'holds −128';
  return (
    judgeDistances(integers, baseOf(tensor, context).values) ??
    judgeChannels(integers, biasOf(tensor.name, context))
  );
}

function judgeInGraph(tensor: Initializer, steps: Steps, context: Context): Finding {
  const floats = tensor.values;
  const integers = quantize(floats, tensor.dims, steps);
  return (
    judgeSame(tensor, context) ??
    judgeDistances(integers, floats) ??
    judgeChannels(integers, biasOf(tensor.name, context))
  );
}

function judgeBiasScale({ scale }: Steps, bias: string, { roles }: Context): Finding {
  const layer = [...roles.layers.values()].find((each) => each.bias === bias);
  const weights = layer && roles.stored.get(layer.weight);
  if (!weights) return 'belongs to no int8 layer';
  const wrong = Array.from(scale.values, (step, channel) => {
    const product = layer.inputScale * (weights.scale.values[channel] as number);
    return Math.abs(step / product - 1) <= 1e-6;
  }).filter((isRight) => !isRight).length;
  return differing(wrong, scale, 'input scale × weight scale');
}

function judgeBias(tensor: Initializer, steps: Steps, context: Context): Finding {
  const integers = { values: tensor.values, dims: tensor.dims, steps: { ...steps, axis: 0 } };
  if (Array.from(integers.values).some((value) => Math.abs(value) > 1.001 * largestBias)) {
    return 'leaves no room for the sums';
  }
  return (
    judgeDistances(integers, baseOf(tensor, context).values) ??
    judgeBiasScale(steps, tensor.name, context)
  );
}

function judgeScale(tensor: Initializer): Finding {
  const { values } = withNumbers(tensor);
  const isRight = (value: number): boolean => value > 0 && Number.isFinite(value);
  return Array.from(values).every(isRight) ? undefined : 'is no finite number above 0';
}

function judgeZeroPoint({ type, values }: Initializer): Finding {
  const allowed = type === 'UINT8' ? [0, 128] : [0];
  const isRight = (value: number): boolean => allowed.includes(value);
  return Array.from(values).every(isRight) ? undefined : 'is no zero point of a symmetric range';
}

/** What an initializer is, and what is wrong with it. */
function judgeInitializer(
  tensor: Initializer,
  context: Context,
): { readonly what: string; readonly finding: Finding } {
  const { name, type } = tensor;
  const { roles } = context;
  if (roles.scales.has(name)) return { what: 'scale', finding: judgeScale(tensor) };
  if (roles.zeroPoints.has(name)) return { what: 'zero point', finding: judgeZeroPoint(tensor) };
  const stored = roles.stored.get(name);
  if (stored && type === 'INT8')
    return { what: 'int8', finding: judgeWeight(tensor, stored, context) };
  if (stored && type === 'INT32')
    return { what: 'int32', finding: judgeBias(tensor, stored, context) };
  const inGraph = roles.quantizedInGraph.get(name);
  if (inGraph) return { what: 'int8', finding: judgeInGraph(tensor, inGraph, context) };
  if (type === 'FLOAT16') return { what: 'float16', finding: judgeHalf(tensor, context) };
  return { what: type.toLowerCase(), finding: judgeSame(tensor, context) };
}

const isFinite32 = ({ values }: Initializer): boolean =>
  !(values instanceof Float32Array) || values.every(Number.isFinite);

export function judgeModel(file: OnnxFile, base: OnnxFile): Judgement {
  const context = { file, base, roles: rolesOf(file) };
  const counts: Record<string, number> = {};
  const wrong: string[] = [];
  for (const tensor of file.initializers.values()) {
    const { what, finding } = judgeInitializer(tensor, context);
    counts[what] = (counts[what] ?? 0) + 1;
    if (finding !== undefined) wrong.push(`${tensor.name}: ${finding}`);
    if (!isFinite32(tensor)) wrong.push(`${tensor.name}: not finite`);
  }
  for (const name of base.initializers.keys()) {
    if (!file.initializers.has(name)) wrong.push(`${name}: missing`);
  }
  return { counts, wrong };
}
