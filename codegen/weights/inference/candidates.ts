import type { Norm, StemKind } from '../../../src/language/spec.ts';
import type { LowerableSpec } from '../../architecture/lower.ts';
import type { Architecture } from '../../architecture/network.ts';
import { stemForms } from '../../architecture/stem.ts';
import type { PathHabits } from '../naming/scheme.ts';
import { attentionOf } from './attention.ts';
import { type NetworkOutline, outputsOf, projectionOf } from './network-outline.ts';
import { isCount, widthsOf } from './stage-widths.ts';

/** A network that may be the one in a file: what names and shapes tell of it. */
export type Candidate = Omit<
  Architecture,
  'outputs' | 'strideIn' | 'strides' | 'dilations' | 'antiAlias' | 'epsilon'
>;

/** The candidate with a value for what no parameter depends on. */
export function networkOf(candidate: Candidate): LowerableSpec {
  return {
    name: 'candidate',
    spans: {},
    outputs: ['answer'],
    strideIn: 'conv2',
    strides: candidate.stages.map((_, stage) => (stage === 0 ? 1 : 2)),
    dilations: candidate.stages.map(() => 1),
    antiAlias: 'none',
    epsilon: 1e-5,
    ...candidate,
  };
}

type Words<Names extends keyof Candidate> = readonly Pick<Candidate, Names>[];

const stems: Words<'stem'> = [{ stem: 'conv7' }, { stem: 'deep' }, { stem: 'conv3' }];

/** Names do not tell a projection from one behind a pool: shortcut-kind.ts decides between them. */
const shortcuts: Words<'shortcut' | 'firstShortcut'> = [
  { shortcut: 'projection', firstShortcut: 'projection' },
  { shortcut: 'projection', firstShortcut: 'identity' },
  { shortcut: 'pad', firstShortcut: 'identity' },
];

/** Words of which each network has one, in every way that they go together. */
const choices = stems.flatMap((stem) => shortcuts.map((shortcut) => ({ ...stem, ...shortcut })));

/** Channels [outputs, inputs] of a weight. */
function channelsOf(shape: readonly number[] = []): readonly [number, number] {
  const [outputs = 0, inputs = 0] = shape;
  return [outputs, inputs];
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
  const last = stages.at(-1)?.at(-1);
  return {
    ...widthsOf(outline, habits.paths),
    attention: attentionOf(outline),
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

/** What names tell beside shapes: whose network it is, and which norm. */
export interface FileHabits {
  readonly paths: PathHabits;
  readonly norm: Norm;
}

function stemPoolOf({ stemPool }: NetworkOutline, stem: StemKind): Candidate['stemPool'] {
  if (stemPool) return 'conv';
  return stem === 'conv3' ? 'none' : 'max';
}

/** The networks that names and shapes of convolutions can tell apart, the usual ones first; none where a number is no count. */
export function candidatesOf(outline: NetworkOutline, habits: FileHabits): readonly Candidate[] {
  const numbers = measure(outline, habits);
  const { stemWidths, widths, expansion, groups, groupWidth, narrowFirst, classes, input } =
    numbers;
  const counts = [...stemWidths, ...widths, expansion, groups, groupWidth, narrowFirst];
  const isOdd = numbers.shortcutKernel % 2 === 1;
  if (!isOdd || ![...counts, classes, input.channels].every(isCount)) return [];
  return choices
    .filter(({ stem }) => stemForms[stem].convs === stemWidths.length)
    .map((words) => ({ ...words, ...numbers, stemPool: stemPoolOf(outline, words.stem) }));
}
