/* What the network must become and compute, in float64 from the definitions, with nothing of rcc's. */
import { convLayers, epsilon, inputShape, linearLayer } from './layers.ts';
import type { ConvParameters, Parameters } from './parameters.ts';

/** Number and the size of what it was made of: rounding is in units of that. */
export interface Expected {
  readonly values: Float64Array;
  readonly sizes: Float64Array;
}

function factorsOf({ gamma, variance }: ConvParameters): Float64Array {
  return Float64Array.from(gamma, (g, o) => g / Math.sqrt((variance[o] as number) + epsilon));
}

export const exact = (values: Float64Array): Expected => ({ values, sizes: values.map(Math.abs) });

export function foldWeight(parameters: ConvParameters): Expected {
  const { weight } = parameters;
  const factors = factorsOf(parameters);
  const size = weight.length / factors.length;
  return exact(Float64Array.from(weight, (w, i) => w * (factors[Math.floor(i / size)] as number)));
}

export function foldBias(parameters: ConvParameters): Expected {
  const { beta, mean } = parameters;
  const factors = factorsOf(parameters);
  const shifts = factors.map((factor, o) => factor * (mean[o] as number));
  return {
    values: shifts.map((shift, o) => (beta[o] as number) - shift),
    sizes: shifts.map((shift, o) => Math.abs(beta[o] as number) + Math.abs(shift)),
  };
}

/** Every initializer of the FP32 graph, by name. */
export function foldedParameters(parameters: Parameters): ReadonlyMap<string, Expected> {
  const convs = [...parameters.convs].flatMap(([node, conv]) => [
    [`${node}.weight`, foldWeight(conv)] as const,
    [`${node}.bias`, foldBias(conv)] as const,
  ]);
  return new Map([
    ...convs,
    [`${linearLayer.node}.weight`, exact(Float64Array.from(parameters.linearWeight))],
    [`${linearLayer.node}.bias`, exact(Float64Array.from(parameters.linearBias))],
  ]);
}

/** Numbers of one picture [channels, side, side]. */
interface Maps {
  readonly channels: number;
  readonly side: number;
  readonly values: Float64Array;
}

/** The maps with a border of `pad` numbers. */
function padded({ channels, side, values }: Maps, pad: number, border: number): Maps {
  const wide = side + 2 * pad;
  const result = new Float64Array(channels * wide * wide).fill(border);
  for (let row = 0; row < channels * side; row++) {
    const [channel, y] = [Math.floor(row / side), row % side];
    const start = (channel * wide + y + pad) * wide + pad;
    result.set(values.subarray(row * side, (row + 1) * side), start);
  }
  return { channels, side: wide, values: result };
}

/** Every number of an output map with the one of a padded map that a place of the kernel lies on then. */
function eachPlace(
  { side, values }: Maps,
  { start, out, stride }: { start: number; out: number; stride: number },
  visit: (at: number, value: number) => void,
): void {
  for (let y = 0, at = 0; y < out; y++) {
    const row = start + y * stride * side;
    for (let x = 0; x < out; x++) visit(at++, values[row + x * stride] as number);
  }
}

/** Where each place of a kernel begins in a channel of a padded map. */
function placesOf(channel: number, side: number, kernel: number): readonly number[] {
  return Array.from(
    { length: kernel ** 2 },
    (_, place) => (channel * side + Math.floor(place / kernel)) * side + (place % kernel),
  );
}

function normalise(sums: Float64Array, channel: number, conv: ConvParameters): void {
  const { gamma, beta, mean, variance } = conv;
  const deviation = Math.sqrt((variance[channel] as number) + epsilon);
  for (let i = 0; i < sums.length; i++) {
    const normalised = ((sums[i] as number) - (mean[channel] as number)) / deviation;
    sums[i] = normalised * (gamma[channel] as number) + (beta[channel] as number);
  }
}

function convolve(input: Maps, parameters: Parameters, node: string): Maps {
  const layer = convLayers.find((each) => each.node === node);
  const conv = parameters.convs.get(node);
  if (!layer || !conv) throw new Error(`there is no layer '${node}'`);
  const { inputs, outputs, side: kernel, stride } = layer;
  const x = padded(input, (kernel - 1) / 2, 0);
  const out = Math.ceil(input.side / stride);
  const values = new Float64Array(outputs * out * out);
  for (let o = 0, w = 0; o < outputs; o++) {
    const sums = values.subarray(o * out * out, (o + 1) * out * out);
    for (let i = 0; i < inputs; i++) {
      for (const start of placesOf(i, x.side, kernel)) {
        const weight = conv.weight[w++] as number;
        eachPlace(x, { start, out, stride }, (at, value) => {
          sums[at] = (sums[at] as number) + weight * value;
        });
      }
    }
    normalise(sums, o, conv);
  }
  return { channels: outputs, side: out, values };
}

const relu = (x: Maps): Maps => ({ ...x, values: x.values.map((value) => Math.max(0, value)) });
const add = (a: Maps, b: Maps): Maps => ({
  ...a,
  values: a.values.map((value, i) => value + (b.values[i] as number)),
});

function maxPool(input: Maps): Maps {
  const { channels } = input;
  const x = padded(input, 1, Number.NEGATIVE_INFINITY);
  const out = Math.ceil(input.side / 2);
  const values = new Float64Array(channels * out * out).fill(Number.NEGATIVE_INFINITY);
  for (let channel = 0; channel < channels; channel++) {
    const largest = values.subarray(channel * out * out, (channel + 1) * out * out);
    for (const start of placesOf(channel, x.side, 3)) {
      eachPlace(x, { start, out, stride: 2 }, (at, value) => {
        largest[at] = Math.max(largest[at] as number, value);
      });
    }
  }
  return { channels, side: out, values };
}

function averageOf({ channels, values }: Maps): Float64Array {
  const area = values.length / channels;
  return Float64Array.from({ length: channels }, (_, channel) =>
    values.subarray(channel * area, (channel + 1) * area).reduce((sum, v) => sum + v / area, 0),
  );
}

function applyLinear({ linearWeight, linearBias }: Parameters, x: Float64Array): Float64Array {
  return Float64Array.from(linearBias, (bias, o) =>
    x.reduce((sum, value, i) => sum + value * (linearWeight[o * x.length + i] as number), bias),
  );
}

/** All that is computed of one picture, by the graph's names. */
function computePicture(parameters: Parameters, picture: Float32Array) {
  const values = new Map<string, Float64Array>();
  const keep = (name: string, x: Maps): Maps => {
    values.set(name, x.values);
    return x;
  };
  const conv = (node: string, x: Maps): Maps => keep(node, convolve(x, parameters, node));
  const convRelu = (node: string, x: Maps): Maps => keep(`${node}/relu`, relu(conv(node, x)));
  const block = (name: string, x: Maps): Maps => {
    const shortcut = conv(`${name}/shortcut`, x);
    const branch = conv(`${name}/conv2`, convRelu(`${name}/conv1`, x));
    return keep(`${name}/conv2/relu`, relu(add(branch, shortcut)));
  };
  const [channels, side] = inputShape;
  const input = keep('input', { channels, side, values: Float64Array.from(picture) });
  const stem = keep('stem/pool', maxPool(convRelu('stem/conv1', input)));
  const features = block('stage2/block0', block('stage1/block0', stem));
  const pooled = averageOf(features);
  values.set('head/pool', pooled);
  return { values, logits: applyLinear(parameters, pooled) };
}

export interface Computed {
  /** [pictures, classes] */
  readonly logits: Float64Array;
  /** The largest magnitude of each value over all pictures. */
  readonly largest: ReadonlyMap<string, number>;
}

/** What the network computes of pictures [N, 3, 32, 32]. */
export function computeNetwork(parameters: Parameters, pictures: Float32Array): Computed {
  const size = inputShape.reduce((product, dim) => product * dim, 1);
  const largest = new Map<string, number>();
  const logits: number[] = [];
  for (let start = 0; start < pictures.length; start += size) {
    const computed = computePicture(parameters, pictures.subarray(start, start + size));
    logits.push(...computed.logits);
    for (const [name, values] of computed.values) {
      const before = largest.get(name) ?? 0;
      largest.set(
        name,
        values.reduce((most, v) => Math.max(most, Math.abs(v)), before),
      );
    }
  }
  return { logits: Float64Array.from(logits), largest };
}
