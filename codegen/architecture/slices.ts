import type { GraphBuilder } from './graph-builder.ts';

/** One of equal parts. */
export interface Part {
  readonly path: string;
  readonly part: number;
  readonly of: number;
}

/** From start to end along an axis. */
export function sliceOf(
  builder: GraphBuilder,
  x: string,
  { path, axis, start, end }: { path: string; axis: number; start: number; end: number },
): string {
  return builder.node('Slice', path, [x], { starts: [start], ends: [end], axes: [axis] });
}

/** The channels of one of equal parts. */
export function channelsOf(builder: GraphBuilder, x: string, { path, part, of }: Part): string {
  const size = builder.channelsOf(x) / of;
  return sliceOf(builder, x, { path, axis: 1, start: part * size, end: (part + 1) * size });
}
