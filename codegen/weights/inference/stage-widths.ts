import { greatest } from '../../../src/collections/extremes.ts';
import type { BlockKind } from '../../../src/language/spec.ts';
import type { PathHabits } from '../naming/scheme.ts';
import type { Candidate } from './candidates.ts';
import { spatialOf } from './multi-path.ts';
import { type BlockOutline, type NetworkOutline, outputsOf } from './network-outline.ts';

/** What the first block of a stage tells. */
interface StageFound {
  readonly kind: BlockKind;
  /** Outputs of the block's first convolution. */
  readonly narrow: number;
  readonly inner: number;
  readonly groups: number;
  readonly outputs: number;
}

/** By the number of its convolutions. */
export function kindOf({ layers }: BlockOutline): BlockKind {
  return layers.length === 2 ? 'basic' : 'bottleneck';
}

type Widths = Pick<
  Candidate,
  | 'block'
  | 'stageBlocks'
  | 'widths'
  | 'expansion'
  | 'groups'
  | 'groupWidth'
  | 'multiPath'
  | 'narrowFirst'
>;

/** Output channels of a published bottleneck, divided by its width. */
const usualExpansion = 4;

/** Whether it may be a number of channels, groups or blocks. */
export function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

type Said = Pick<Widths, 'widths' | 'expansion' | 'groupWidth'>;

/** As a plain network says it: widths are inner channels, and all bottlenecks put out the same multiple of theirs. */
function byExpansion(stages: readonly StageFound[]): Said | undefined {
  const necks = stages.filter(({ kind }) => kind === 'bottleneck');
  const [{ outputs, inner, groups } = { outputs: 1, inner: 1, groups: 1 }] = necks;
  const isPlain = groups === 1 && necks.every((stage) => stage.narrow === stage.inner);
  const expansion = outputs / inner;
  if (!isPlain || !isCount(expansion)) return undefined;
  return { widths: stages.map((stage) => stage.inner), expansion, groupWidth: 64 };
}

/** As grouped networks say it: widths by what bottlenecks put out, inner channels by the channels of a group. */
function byGroups(stages: readonly StageFound[]): Said {
  const necks = stages.filter(({ kind }) => kind === 'bottleneck');
  if (necks.length === 0)
    return { widths: stages.map(({ inner }) => inner), expansion: 1, groupWidth: 64 };
  const isUsual = necks.every(({ outputs }) => outputs % usualExpansion === 0);
  const expansion = isUsual ? usualExpansion : 1;
  const widthOf = ({ kind, inner, outputs }: StageFound) =>
    kind === 'basic' ? inner : outputs / expansion;
  // Inner channels are rounded down: the least that each stage allows.
  const least = necks.map((stage) =>
    Math.ceil((stage.inner * 64) / (stage.groups * widthOf(stage))),
  );
  return { widths: stages.map(widthOf), expansion, groupWidth: greatest(least) };
}

/** Blocks, paths and channels of the stages, as their first blocks tell them. */
export function widthsOf(outline: NetworkOutline, habits: PathHabits): Widths {
  const firsts = outline.stages.flatMap(([first]) => first ?? []);
  const spatials = firsts.map((first) => spatialOf(first, outline, habits));
  const stages = firsts.map((first, index): StageFound => {
    const { inner = 0, groups = 1 } = spatials[index] ?? {};
    const narrow = first.layers[0]?.[0] ?? 0;
    return { kind: kindOf(first), narrow, inner, groups, outputs: outputsOf(first) };
  });
  const { multiPath = { kind: 'none' } as const } = spatials[0] ?? {};
  const isWhole = multiPath.kind === 'none';
  const neck = stages.find(({ kind }) => kind === 'bottleneck');
  const { groups = 1, inner = 1, narrow = inner } = neck ?? {};
  return {
    ...((isWhole ? byExpansion(stages) : undefined) ?? byGroups(stages)),
    block: neck ? 'bottleneck' : 'basic',
    stageBlocks: stages.map(({ kind }) => kind),
    groups,
    multiPath,
    narrowFirst: isWhole && narrow < inner ? inner / narrow : 1,
  };
}
