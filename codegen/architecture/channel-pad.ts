import { bytesOf } from '../tensors/float-bytes.ts';
import { type TensorSource, wholeTensor } from '../tensors/tensor-source.ts';
import type { GraphBuilder } from './graph-builder.ts';
import type { Step } from './step.ts';

/** Weights [out, in, 1, 1] that pass each channel on unchanged, with zero channels before and after. */
function channelPadWeights(outputs: number, inputs: number): TensorSource {
  const before = Math.floor((outputs - inputs) / 2);
  return wholeTensor('float32', [outputs, inputs, 1, 1], () => {
    const values = new Float32Array(outputs * inputs);
    for (let i = 0; i < inputs; i++) values[(i + before) * inputs + i] = 1;
    return bytesOf(values);
  });
}

/**
 * The CIFAR shortcut without parameters: every stride-th pixel, and zero channels on both sides.
 * Written as a 1×1 convolution with weights of 0 and 1, which is exact and which every engine fuses like a projection.
 */
export function padChannels(
  builder: GraphBuilder,
  x: string,
  { path, channels, stride }: Step<'padChannels'>,
): string {
  const weight = builder.constant(
    `${path}.weight`,
    channelPadWeights(channels, builder.channelsOf(x)),
  );
  return builder.node('Conv', path, [x, weight], {
    kernel_shape: [1, 1],
    strides: [stride, stride],
    pads: [0, 0, 0, 0],
  });
}
