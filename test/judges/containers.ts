/* The judged network in every container and type that weights come in. */
import { halfValue, nearestHalf } from '../helpers/half.ts';
import {
  type ElementType,
  type elementTypes,
  encodeNpz,
  encodePdparams,
  encodeSafetensors,
  encodeTorchLegacy,
  encodeTorchZip,
  type Tensors,
} from '../helpers/weight-files.ts';
import { convLayers, linearLayer, type Naming, parameterNames } from './network/layers.ts';
import type { Parameters } from './network/parameters.ts';

export interface Container {
  readonly file: string;
  readonly naming: Naming;
  readonly element: keyof typeof elementTypes;
  encode(tensors: Tensors, element: ElementType): Uint8Array;
}

/** [outputs, inputs] → [inputs, outputs], as Paddle stores a linear layer. */
function turned(weight: Float32Array): Float32Array {
  const { inputs, outputs } = linearLayer;
  return weight.map((_, i) => weight[(i % outputs) * inputs + Math.floor(i / outputs)] as number);
}

const pdparams = (protocol: number) => (tensors: Tensors, element: ElementType) =>
  encodePdparams(tensors, protocol, element);

const paddleRows: readonly Container[] = [
  { file: 'p2.pdparams', naming: 'paddleclas', element: 'float32', encode: pdparams(2) },
  { file: 'p4.pdparams', naming: 'paddleclas', element: 'float32', encode: pdparams(4) },
  { file: 'fp16.pdparams', naming: 'paddleclas', element: 'float16', encode: pdparams(4) },
  { file: 'bf16.pdparams', naming: 'paddleclas', element: 'bfloat16', encode: pdparams(2) },
];

const torchRows: readonly Container[] = [
  { file: 'zip.pth', naming: 'torchvision', element: 'float32', encode: encodeTorchZip },
  { file: 'half.pth', naming: 'torchvision', element: 'float16', encode: encodeTorchZip },
  { file: 'legacy.pth', naming: 'torchvision', element: 'float32', encode: encodeTorchLegacy },
  {
    file: 'f32.safetensors',
    naming: 'torchvision',
    element: 'float32',
    encode: encodeSafetensors,
  },
  {
    file: 'bf16.safetensors',
    naming: 'torchvision',
    element: 'bfloat16',
    encode: encodeSafetensors,
  },
  { file: 'f32.npz', naming: 'torchvision', element: 'float32', encode: encodeNpz },
];

export const containers: readonly Container[] = [...paddleRows, ...torchRows];

/** The tensors of a file, in a framework's names and layout. */
export function tensorsOf(
  { convs, linearWeight, linearBias }: Parameters,
  naming: Naming,
): Tensors {
  const { name, outputs, inputs } = linearLayer;
  const convTensors = convLayers.flatMap((layer): Tensors => {
    const parameters = convs.get(layer.node);
    if (!parameters) throw new Error(`'${layer.node}' has no numbers`);
    const { weight, gamma, beta, mean, variance } = parameterNames(layer, naming);
    const shape = [layer.outputs, layer.inputs, layer.side, layer.side];
    return [
      [weight, shape, parameters.weight],
      [gamma, [layer.outputs], parameters.gamma],
      [beta, [layer.outputs], parameters.beta],
      [mean, [layer.outputs], parameters.mean],
      [variance, [layer.outputs], parameters.variance],
    ];
  });
  const linear: Tensors =
    naming === 'paddleclas'
      ? [[`${name}.weight`, [inputs, outputs], turned(linearWeight)]]
      : [[`${name}.weight`, [outputs, inputs], linearWeight]];
  return [...convTensors, ...linear, [`${name}.bias`, [outputs], linearBias]];
}

/** The number that a type keeps of another. */
export const roundings: Readonly<Record<Container['element'], (value: number) => number>> = {
  float32: (value) => value,
  float16: (value) => halfValue(nearestHalf(value)),
  bfloat16: (value) => {
    const bits = new Uint32Array(Float32Array.of(value).buffer);
    bits[0] = ((bits[0] as number) & 0xffff0000) >>> 0;
    return new Float32Array(bits.buffer)[0] as number;
  },
};
