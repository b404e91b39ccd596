/* A network as it is computed the first time: every layer makes its parameters, and tells what the file and the graph must hold of them. */
import type { Tensors } from '../../helpers/weight-files.ts';
import { type Expected, exact, foldBias, foldWeight } from '../network/expected.ts';
import { epsilon } from '../network/layers.ts';
import { type ConvParameters, makeConv } from '../network/parameters.ts';
import { createRandom } from '../network/random.ts';
import { type Convolution, convolve, type Maps, mapEach, normaliseGroups, relu } from './maps.ts';

/** What a layer is called in the graph and in the file. */
export interface Names {
  readonly node: string;
  readonly conv: string;
  readonly norm?: string;
}

export interface Layer extends Convolution {
  readonly bias?: boolean;
}

export class Net {
  readonly tensors: Tensors[number][] = [];
  /** Every initializer of the FP32 graph, by name. */
  readonly folded = new Map<string, Expected>();
  /** The largest magnitude of values of the graph over all pictures. */
  readonly largest = new Map<string, number>();
  readonly #random = createRandom(17);
  readonly #made = new Map<string, Float32Array>();
  readonly #convs = new Map<string, ConvParameters>();
  /** Groups of a group norm; undefined: batch norm. */
  readonly #normGroups: number | undefined;

  constructor(normGroups?: number) {
    this.#normGroups = normGroups;
  }

  /** Numbers of the file, made once. */
  parameter(name: string, shape: readonly number[], make: () => number): Float32Array {
    const length = shape.reduce((product, dim) => product * dim, 1);
    return this.#store(name, shape, () => Float32Array.from({ length }, make));
  }

  /** Says what an initializer of the graph must be. */
  expect(name: string, values: ArrayLike<number>): void {
    this.folded.set(name, exact(Float64Array.from(values)));
  }

  normal(): number {
    return this.#random.normal();
  }

  keep(name: string, x: Maps): Maps {
    const before = this.largest.get(name) ?? 0;
    this.largest.set(
      name,
      x.values.reduce((most, value) => Math.max(most, Math.abs(value)), before),
    );
    return x;
  }

  /** A convolution without norm. */
  conv(x: Maps, { node, conv: name }: Names, layer: Layer): Maps {
    const { weight } = this.#convOf(x, name, layer);
    this.expect(`${node}.weight`, weight);
    const y = convolve(x, weight, layer);
    if (!layer.bias) return y;
    const bias = this.#bias(name, layer);
    this.expect(`${node}.bias`, bias);
    return mapEach(y, (value, channel) => value + (bias[channel] as number));
  }

  convNorm(x: Maps, names: Names, layer: Layer): Maps {
    return this.#normGroups === undefined
      ? this.#convBatchNorm(x, names, layer)
      : this.#convGroupNorm(x, names, layer, this.#normGroups);
  }

  convNormRelu(x: Maps, names: Names, layer: Layer): Maps {
    return this.keep(`${names.node}/relu`, relu(this.convNorm(x, names, layer)));
  }

  #convBatchNorm(x: Maps, { node, conv, norm = '' }: Names, layer: Layer): Maps {
    const parameters = this.#convOf(x, conv, layer);
    const bias = layer.bias ? this.#bias(conv, layer) : undefined;
    const { weight, gamma, beta, mean, variance } = parameters;
    const shape = [layer.outputs];
    this.#store(`${norm}.weight`, shape, () => gamma);
    this.#store(`${norm}.bias`, shape, () => beta);
    this.#store(`${norm}.running_mean`, shape, () => mean);
    this.#store(`${norm}.running_var`, shape, () => variance);
    const factor = (o: number): number =>
      (gamma[o] as number) / Math.sqrt((variance[o] as number) + epsilon);
    const folded = foldBias(parameters);
    this.folded.set(`${node}.weight`, foldWeight(parameters));
    this.folded.set(`${node}.bias`, {
      values: folded.values.map((value, o) => value + (bias?.[o] ?? 0) * factor(o)),
      sizes: folded.sizes.map((size, o) => size + Math.abs((bias?.[o] ?? 0) * factor(o))),
    });
    const y = mapEach(convolve(x, weight, layer), (value, o) => {
      const centred = value + (bias?.[o] ?? 0) - (mean[o] as number);
      return centred * factor(o) + (beta[o] as number);
    });
    return this.keep(node, y);
  }

  #convGroupNorm(x: Maps, names: Names, layer: Layer, groups: number): Maps {
    const { node, conv, norm = '' } = names;
    const { weight, gamma, beta } = this.#convOf(x, conv, layer);
    this.#store(`${norm}.weight`, [layer.outputs], () => gamma);
    this.#store(`${norm}.bias`, [layer.outputs], () => beta);
    this.expect(`${node}.weight`, weight);
    this.expect(`${node}/bn.scale`, gamma);
    this.expect(`${node}/bn.bias`, beta);
    this.expect(`${node}/bn.ones`, new Float64Array(groups).fill(1));
    this.expect(`${node}/bn.zeros`, new Float64Array(groups));
    const normal = normaliseGroups(convolve(x, weight, layer), groups, epsilon);
    return mapEach(normal, (value, o) => value * (gamma[o] as number) + (beta[o] as number));
  }

  #convOf(x: Maps, name: string, { outputs, kernel, groups = 1 }: Layer): ConvParameters {
    const inputs = x.channels / groups;
    const found = this.#convs.get(name);
    const made = found ?? makeConv({ outputs, inputs, side: kernel }, this.#random);
    this.#convs.set(name, made);
    this.#store(`${name}.weight`, [outputs, inputs, kernel, kernel], () => made.weight);
    return made;
  }

  #bias(name: string, { outputs }: Layer): Float32Array {
    return this.parameter(`${name}.bias`, [outputs], () => 0.5 * this.normal());
  }

  #store(name: string, shape: readonly number[], make: () => Float32Array): Float32Array {
    const found = this.#made.get(name);
    if (found) return found;
    const values = make();
    this.#made.set(name, values);
    this.tensors.push([name, shape, values]);
    return values;
  }
}
