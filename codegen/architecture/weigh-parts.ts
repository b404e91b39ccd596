import type { GraphBuilder } from './graph-builder.ts';
import { channelsOf, sliceOf } from './slices.ts';
import type { Step } from './step.ts';

type Run = (builder: GraphBuilder, x: string, steps: readonly Step[]) => string;

interface Weighing {
  readonly path: string;
  readonly parts: readonly string[];
  /** A number for each channel of each part. */
  readonly scores: readonly string[];
}

/** The scores of each part: they stand by group, in each by part. */
function scoresOf(
  builder: GraphBuilder,
  z: string,
  { path, count, groups }: { path: string; count: number; groups: number },
): readonly string[] {
  const of = count * groups;
  return Array.from({ length: count }, (_, part) => {
    const own = `${path}/score${part}`;
    const cuts = Array.from({ length: groups }, (_, group) =>
      channelsOf(builder, z, {
        path: groups === 1 ? own : `${own}/group${group}`,
        part: group * count + part,
        of,
      }),
    );
    return cuts.length === 1 ? (cuts[0] ?? own) : builder.node('Concat', own, cuts, { axis: 1 });
  });
}

/** A softmax over two is a sigmoid of the difference: b + σ(za − zb) · (a − b). */
function weighTwo(builder: GraphBuilder, { path, parts, scores }: Weighing): string {
  const [a = '', b = ''] = parts;
  const difference = builder.node('Sub', `${path}/difference`, scores);
  const weight = builder.node('Sigmoid', `${path}/weight`, [difference]);
  const apart = builder.node('Sub', `${path}/apart`, [a, b]);
  return builder.node('Add', path, [b, builder.node('Mul', `${path}/weighed`, [apart, weight])]);
}

function weighMany(builder: GraphBuilder, { path, parts, scores }: Weighing): string {
  const joined = builder.node('Concat', `${path}/scores`, scores, { axis: 2 });
  const weights = builder.node('Softmax', `${path}/weights`, [joined], { axis: 2 });
  const products = parts.map((part, index) => {
    const own = { path: `${path}/weight${index}`, axis: 2, start: index, end: index + 1 };
    return builder.node('Mul', `${path}/weighed${index}`, [part, sliceOf(builder, weights, own)]);
  });
  return addUp(builder, products, path);
}

function addUp(builder: GraphBuilder, values: readonly string[], path: string): string {
  return values.reduce((sum, value, index) =>
    builder.node('Add', index === values.length - 1 ? path : `${path}/add${index}`, [sum, value]),
  );
}

/** The sum of parts, each channel of each by its share: a softmax over the parts, a sigmoid where there is one. */
export function weighParts(
  builder: GraphBuilder,
  x: string,
  { path, count, groups, weights }: Step<'weighParts'>,
  run: Run,
): string {
  if (count === 1) {
    const weight = builder.node('Sigmoid', `${path}/weight`, [run(builder, x, weights)]);
    return builder.node('Mul', path, [x, weight]);
  }
  const parts = Array.from({ length: count }, (_, part) =>
    channelsOf(builder, x, { path: `${path}/part${part}`, part, of: count }),
  );
  const z = run(builder, addUp(builder, parts, `${path}/all`), weights);
  const weighing = { path, parts, scores: scoresOf(builder, z, { path, count, groups }) };
  return count === 2 ? weighTwo(builder, weighing) : weighMany(builder, weighing);
}
