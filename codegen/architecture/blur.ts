import { bytesOf } from '../tensors/float-bytes.ts';
import { type TensorSource, wholeTensor } from '../tensors/tensor-source.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { sliceOf } from './slices.ts';
import type { Step } from './step.ts';

/** [1, 2, 1] by [1, 2, 1] / 16 for each channel. */
function binomial(channels: number): TensorSource {
  const row = [1, 2, 1];
  const filter = row.flatMap((left) => row.map((top) => (left * top) / 16));
  const values = () => Float32Array.from({ length: channels * 9 }, (_, at) => filter[at % 9] ?? 0);
  return wholeTensor('float32', [channels, 1, 3, 3], () => bytesOf(values()));
}

/** One more pixel on both ends of an axis, that beside the outermost; behind only where the filter reads it. */
function mirrored(builder: GraphBuilder, x: string, path: string, axis: 2 | 3): string {
  const side = builder.sidesOf(x)[axis - 2] ?? 0;
  const before = sliceOf(builder, x, { path: `${path}/before`, axis, start: 1, end: 2 });
  const behind =
    side % 2 === 0
      ? []
      : [sliceOf(builder, x, { path: `${path}/behind`, axis, start: side - 2, end: side - 1 })];
  return builder.node('Concat', path, [before, x, ...behind], { axis });
}

/** Slices and joins in place of a Pad, which TensorRT takes in its reflecting form from a late release on only. */
export function applyBlur(builder: GraphBuilder, x: string, { path }: Step<'blur'>): string {
  const channels = builder.channelsOf(x);
  const weight = builder.constant(`${path}.filter`, binomial(channels));
  const rows = mirrored(builder, x, `${path}/rows`, 2);
  const whole = mirrored(builder, rows, `${path}/columns`, 3);
  return builder.node('Conv', path, [whole, weight], {
    kernel_shape: [3, 3],
    strides: [2, 2],
    pads: [0, 0, 0, 0],
    group: channels,
  });
}
