import type { Norm, StemKind } from '../../../src/language/spec.ts';
import type { LowerableSpec } from '../../architecture/lower.ts';
import type { Architecture } from '../../architecture/network.ts';
import { stemForms } from '../../architecture/stem.ts';
import { attentionOf } from './attention.ts';
import { pathsOf } from './multi-path.ts';
import { type NetworkOutline, outputsOf, projectionOf } from './network-outline.ts';

/** A network that may be the one in a file: what names and shapes tell of it. */
export type Candidate = Omit<
  Architecture,
  'outputs' | 'stageBlocks' | 'strideIn' | 'strides' | 'dilations' | 'antiAlias' | 'epsilon'
>;

/** The candidate with a value for what no parameter depends on. */
export function networkOf(candidate: Candidate): LowerableSpec {
  return {
    name: 'candidate',
    spans: {},
    outputs: ['answer'],
    strideIn: 'conv2',
    stageBlocks: candidate.stages.map(() => candidate.block),
    strides: candidate.stages.map((_, stage) => (stage === 0 ? 1 : 2)),
    dilations: candidate.stages.map(() => 1),
    antiAlias: 'none',
    epsilon: 1e-5,
    ...candidate,
  };
}

type Words<Names extends keyof Candidate> = readonly Pick<Candidate, Names>[];

const stems: Words<'stem'> = [{ stem: 'conv7' }, { stem: 'deep' }, { stem: 'conv3' }];

const blocks: Words<'block'> = [{ block: 'basic' }, { block: 'bottleneck' }];

/** Names do not tell a projection from one behind a pool: shortcut-kind.ts decides between them. */
const shortcuts: Words<'shortcut' | 'firstShortcut'> = [
  { shortcut: 'projection', firstShortcut: 'projection' },
  { shortcut: 'projection', firstShortcut: 'identity' },
  { shortcut: 'pad', firstShortcut: 'identity' },
];

/** Words of which each network has one, in every way that they go together. */
const choices = stems.flatMap((stem) =>
  blocks.flatMap((block) => shortcuts.map((shortcut) => ({ ...stem, ...block, ...shortcut }))),
);

/** Channels [outputs, inputs] of a weight. */
function channelsOf(shape: readonly number[] = []): readonly [number, number] {
  const [outputs = 0, inputs = 0] = shape;
  return [outputs, inputs];
}

type Widths = Pick<Candidate, 'widths' | 'expansion' | 'groups' | 'groupWidth'>;

/** Output channels of a published bottleneck, divided by its width. */
const usualExpansion = 4;

interface Inner {
  readonly inner: number;
  readonly groups: number;
}

/** Inner channels and groups of the first block, as its plain convolutions tell them. */
function plainInner({ stages }: NetworkOutline): Inner {
  const first = stages[0]?.[0];
  const [outer = [], middle] = first?.layers ?? [];
  if (first?.layers.length !== 3 || !middle) return { inner: outer[0] ?? 0, groups: 1 };
  const [inner = 0, taken = 1] = middle;
  return { inner, groups: (outer[0] ?? 0) / taken };
}

/** Inner channels of each stage, as widths and expansion say them, or as groups and their width. */
function widthsOf({ stages }: NetworkOutline, { inner, groups }: Inner, isPlain: boolean): Widths {
  const outputs = stages.map(([block]) => (block ? outputsOf(block) : 0));
  const expansion = (outputs[0] ?? 0) / inner;
  if (isPlain && groups === 1 && isCount(expansion)) {
    const widths = stages.map(([block]) => channelsOf(block?.layers[0])[0]);
    return { widths, expansion, groups, groupWidth: 64 };
  }
  const widths = outputs.map((channels) => channels / usualExpansion);
  const groupWidth = Math.ceil((inner * 64) / (groups * (widths[0] ?? 1)));
  return { widths, expansion: usualExpansion, groups, groupWidth };
}

/** Side of the projections that stride. */
function shortcutKernelOf({ stages: [, ...strided] }: NetworkOutline): number {
  const shapes = strided.flatMap(([first]) => (first && projectionOf(first)) ?? []);
  return shapes[2] ?? 1;
}

/** What the language takes for the classes of a head that tells none. */
const unsaidClasses = 1000;

/** The numbers of a network, where the places of its weights tell them. */
function measure(outline: NetworkOutline, habits: FileHabits) {
  const { stem, stages, head, headWeight } = outline;
  const [classes, features] = headWeight ?? [unsaidClasses, undefined];
  const [, inputChannels] = channelsOf(stem[0]);
  const paths = pathsOf(outline, habits);
  const inner = paths ?? plainInner(outline);
  const narrow = channelsOf(stages[0]?.[0]?.layers[0])[0];
  const isSenet = !paths && inner.groups > 1 && narrow < inner.inner;
  const last = stages.at(-1)?.at(-1);
  return {
    ...widthsOf(outline, inner, !paths && narrow === inner.inner),
    attention: attentionOf(outline),
    multiPath: paths?.multiPath ?? ({ kind: 'none' } as const),
    narrowFirst: isSenet ? inner.inner / narrow : 1,
    shortcutKernel: shortcutKernelOf(outline),
    norm: habits.norm,
    pool: last && features === 2 * outputsOf(last) ? ('catavgmax' as const) : ('average' as const),
    stemWidths: stem.map((shape) => channelsOf(shape)[0]),
    stages: stages.map((stage) => stage.length),
    head,
    classes,
    // Sides change no parameter.
    input: { channels: inputChannels, height: 32, width: 32 },
  };
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

/** What names tell beside shapes: whose network it is, and which norm. */
export interface FileHabits {
  readonly isPaddle: boolean;
  readonly norm: Norm;
}

function stemPoolOf({ stemPool }: NetworkOutline, stem: StemKind): Candidate['stemPool'] {
  if (stemPool) return 'conv';
  return stem === 'conv3' ? 'none' : 'max';
}

/** The networks that names and shapes of convolutions can tell apart, the usual ones first; none where a number is no count. */
export function candidatesOf(outline: NetworkOutline, habits: FileHabits): readonly Candidate[] {
  const { expansion, ...numbers } = measure(outline, habits);
  const { stemWidths, widths, groups, groupWidth, classes, input } = numbers;
  const counts = [...stemWidths, ...widths, groups, groupWidth, classes, input.channels];
  if (!counts.every(isCount)) return [];
  return choices
    .filter(({ stem }) => stemForms[stem].convs === stemWidths.length)
    .map((words) => ({
      ...words,
      ...numbers,
      stemPool: stemPoolOf(outline, words.stem),
      expansion: words.block === 'basic' ? 1 : expansion,
    }))
    .filter((candidate) => isCount(candidate.expansion));
}
