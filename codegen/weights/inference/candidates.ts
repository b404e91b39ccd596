import type { LowerableSpec } from '../../architecture/lower.ts';
import type { Architecture } from '../../architecture/network.ts';
import { stemForms } from '../../architecture/stem.ts';
import { attentionOf } from './attention.ts';
import { type NetworkOutline, outputsOf } from './network-outline.ts';

/** A network that may be the one in a file: what names and shapes tell of it. */
export type Candidate = Omit<Architecture, 'head' | 'strideIn' | 'strides' | 'epsilon'>;

/** The candidate with a value for what no parameter depends on. */
export function networkOf(candidate: Candidate): LowerableSpec {
  return {
    name: 'candidate',
    spans: {},
    head: 'logits',
    strideIn: 'conv2',
    strides: candidate.stages.map((_, stage) => (stage === 0 ? 1 : 2)),
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

/** Inner channels of each stage, as widths and expansion say them, or as groups and their width. */
function widthsOf({ stages }: NetworkOutline): Widths {
  const [[first] = []] = stages;
  const inner = stages.map(([block]) => channelsOf(block?.layers[0])[0]);
  const outputs = stages.map(([block]) => (block ? outputsOf(block) : 0));
  const [width = 0] = inner;
  const groups = first?.layers.length === 3 ? width / channelsOf(first.layers[1])[1] : 1;
  const expansion = (outputs[0] ?? 0) / width;
  if (groups === 1 && isCount(expansion))
    return { widths: inner, expansion, groups, groupWidth: 64 };
  const widths = outputs.map((channels) => channels / usualExpansion);
  const groupWidth = (width * 64) / (groups * (widths[0] ?? 1));
  return { widths, expansion: usualExpansion, groups, groupWidth };
}

/** The numbers of a network, where the places of its weights tell them. */
function measure(outline: NetworkOutline) {
  const { stem, stages, headWeight } = outline;
  const [classes] = channelsOf(headWeight);
  const [, inputChannels] = channelsOf(stem[0]);
  return {
    ...widthsOf(outline),
    attention: attentionOf(outline),
    stemWidths: stem.map((shape) => channelsOf(shape)[0]),
    stages: stages.map((stage) => stage.length),
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
  const { stemWidths, widths, groups, groupWidth, classes, input } = numbers;
  const counts = [...stemWidths, ...widths, groups, groupWidth, classes, input.channels];
  if (!counts.every(isCount)) return [];
  return choices
    .filter(({ stem }) => stemForms[stem].convs === stemWidths.length)
    .map((words) => ({ ...words, ...numbers, expansion: words.block === 'basic' ? 1 : expansion }))
    .filter((candidate) => isCount(candidate.expansion));
}
