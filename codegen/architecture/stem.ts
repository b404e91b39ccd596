import type { StemKind } from '../../src/language/spec.ts';
import type { GraphBuilder } from './graph-builder.ts';

/** Kernel and first stride of the stem's convolutions, and whether a 3×3 max pool of stride 2 follows. */
const stemForms: Readonly<Record<StemKind, { kernel: number; stride: number; pool: boolean }>> = {
  conv7: { kernel: 7, stride: 2, pool: true },
  deep: { kernel: 3, stride: 2, pool: true },
  conv3: { kernel: 3, stride: 1, pool: false },
};

/** From the input to what stage 1 reads: [N, C, H, W] → [N, last width, H/4, W/4] (conv3: sides stay). */
export function buildStem(
  builder: GraphBuilder,
  input: string,
  stem: StemKind,
  widths: readonly number[],
): string {
  const form = stemForms[stem];
  const x = widths.reduce(
    (value, channels, index) =>
      builder.convBatchNorm(value, {
        name: `stem/conv${index + 1}`,
        channels,
        kernel: form.kernel,
        stride: index === 0 ? form.stride : 1,
        place: { kind: 'stem', index, count: widths.length },
        relu: true,
      }),
    input,
  );
  if (!form.pool) return x;
  return builder.node('MaxPool', 'stem/pool', [x], {
    kernel_shape: [3, 3],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
  });
}
