/*
 * The layers behind the stages that make an embedding: a batch norm of what the stages give, or of what a linear layer makes of it. Frameworks agree on no
 * names for them, so they are found by shape and have names of rcc's own.
 */
import { asFloat32 } from '../../tensors/as-float32.ts';
import { reshaped, type TensorSource } from '../../tensors/tensor-source.ts';
import type { ParameterSlot } from '../parameter-slot.ts';
import { transposedSource } from '../parameter-source.ts';
import type { Body } from './find-bodies.ts';
import type { BatchNormRole } from './scheme.ts';

const path = 'head/embedding';

/** Every parameter of an embedding's layers by the name that its initializer has. */
export const neckSlots: ReadonlyMap<string, ParameterSlot> = new Map<string, ParameterSlot>([
  [`${path}.weight`, { path, role: 'conv.weight' }],
  [`${path}.bias`, { path, role: 'conv.bias' }],
  [`${path}/bn.scale`, { path: `${path}/bn`, role: 'bn.scale' }],
  [`${path}/bn.bias`, { path: `${path}/bn`, role: 'bn.bias' }],
  [`${path}/bn.mean`, { path: `${path}/bn`, role: 'bn.mean' }],
  [`${path}/bn.var`, { path: `${path}/bn`, role: 'bn.var' }],
]);

/** Names in the file, by those of the initializers. */
export interface Neck {
  readonly names: ReadonlyMap<string, string>;
  /** Whether its names say that it is one: a head of several layers has the same shapes. */
  readonly isNamed: boolean;
}

type Shapes = ReadonlyMap<string, { readonly shape: readonly number[] }>;

/** What is looked through: the names behind the stages, and how many numbers those give. */
export interface NeckSearch {
  readonly names: readonly string[];
  readonly shapes: Shapes;
  readonly features: number;
}

const neckWord = /neck|embed|feat|re-?id/i;

/** The layer of a name: all but its last part. */
function layerOf(name: string): string {
  return name.slice(0, name.lastIndexOf('.') + 1);
}

/** [outputs, inputs] of a weight as a linear layer, or one of 1×1 pixels; undefined: it is none. */
function linearShape(shape: readonly number[], { naming }: Body): readonly number[] | undefined {
  if (shape.length === 2) return naming.scheme.linearLayout === 'oi' ? shape : shape.toReversed();
  const isPoint = shape.length === 4 && shape[2] === 1 && shape[3] === 1;
  return isPoint ? shape.slice(0, 2) : undefined;
}

function findLinear({ names, shapes, features }: NeckSearch, body: Body, size: number) {
  return names.find((name) => {
    const [outputs, inputs] = linearShape(shapes.get(name)?.shape ?? [], body) ?? [];
    return name.endsWith('.weight') && outputs === size && inputs === features;
  });
}

function neckFrom(mean: string, search: NeckSearch, body: Body): Neck | undefined {
  const { shapes, features } = search;
  const [size = 0] = shapes.get(mean)?.shape ?? [];
  const weight = findLinear(search, body, size);
  if (weight === undefined && size !== features) return undefined;
  const norm = layerOf(mean);
  const parts = Object.entries(body.naming.scheme.batchNorm) as [BatchNormRole, string][];
  const bias = weight?.replace(/weight$/, 'bias');
  const found: readonly (readonly [string, string | undefined])[] = [
    [`${path}.weight`, weight],
    [`${path}.bias`, bias],
    ...parts.map(([role, part]) => [`${path}/${role}`, `${norm}${part}`] as const),
  ];
  return {
    names: new Map(
      found.flatMap(([own, name]) => (name !== undefined && shapes.has(name) ? [[own, name]] : [])),
    ),
    isNamed: [mean, weight ?? ''].some((name) => neckWord.test(name)),
  };
}

/** The first batch norm behind the stages that makes an embedding. */
export function findNeck(search: NeckSearch, body: Body): Neck | undefined {
  const ending = `.${body.naming.scheme.batchNorm['bn.mean']}`;
  const means = search.names.filter((name) => name.endsWith(ending));
  for (const mean of means) {
    const neck = neckFrom(mean, search, body);
    if (neck) return neck;
  }
  return undefined;
}

/** A linear layer's weight as that of the 1×1 convolution which stands for it; other tensors as they are. */
export function asNeckTensor(own: string, tensor: TensorSource, body: Body): TensorSource {
  if (own !== `${path}.weight` || tensor.shape.length !== 2) return tensor;
  const isTurned = body.naming.scheme.linearLayout === 'io';
  const linear = isTurned ? transposedSource(asFloat32(tensor)) : tensor;
  return reshaped(linear, [...linear.shape, 1, 1]);
}
