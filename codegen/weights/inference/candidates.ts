import type { LowerableSpec } from '../../architecture/lower.ts';
import type { Architecture } from '../../architecture/network.ts';
import { stemForms } from '../../architecture/stem.ts';
import { type NetworkOutline, outputsOf } from './network-outline.ts';

/** A network that may be the one in a file: what names and shapes tell of it. */
export type Candidate = Omit<Architecture, 'head' | 'strideIn' | 'epsilon'>;

/** The candidate with a value for what no parameter depends on. */
export function networkOf(candidate: Candidate): LowerableSpec {
  return {
    name: 'candidate',
    spans: {},
    head: 'logits',
    strideIn: 'conv2',
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

/** The numbers of a network, where the places of its weights tell them. */
function measure({ stem, stages, headWeight }: NetworkOutline) {
  const [first] = stages;
  const widths = stages.map(([block]) => channelsOf(block?.layers[0])[0]);
  const [classes] = channelsOf(headWeight);
  const [, inputChannels] = channelsOf(stem[0]);
  return {
    stemWidths: stem.map((shape) => channelsOf(shape)[0]),
    stages: stages.map((stage) => stage.length),
    widths,
    expansion: first?.[0] ? outputsOf(first[0]) / (widths[0] ?? 0) : 0,
    classes,
    // Sides change no parameter.
    input: { channels: inputChannels, height: 32, width: 32 },
  };
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

/** The networks that names and shapes of convolutions can tell apart, the usual ones first; none where a number is no count. */
export function candidatesOf(outline: NetworkOutline): readonly Candidate[] {
  const { expansion, ...numbers } = measure(outline);
  const { stemWidths, widths, classes, input } = numbers;
  if (![...stemWidths, ...widths, classes, input.channels].every(isCount)) return [];
  return choices
    .filter(({ stem }) => stemForms[stem].convs === stemWidths.length)
    .map((words) => ({ ...words, ...numbers, expansion: words.block === 'basic' ? 1 : expansion }))
    .filter((candidate) => isCount(candidate.expansion));
}
