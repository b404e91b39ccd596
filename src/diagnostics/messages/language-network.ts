import { listText } from '../bounds.ts';
import { row } from '../message-row.ts';

/** Properties that are right one by one and do not fit each other. */
export const languageNetworkMessages = {
  'missing-depth': row<{ model: string }>({
    severity: 'error',
    message: ({ model }) => `Model '${model}' says neither its depth nor its stages.`,
    hint: () => 'Write `depth 50`, or `block` and `stages`.',
    cause: 'Nothing tells how many blocks the network has.',
    example: 'model a {\n  classes 10\n}\n',
    cure: 'Give `depth` (18, 34, 50, 101, 152, 200), or `block basic  stages [3, 3, 3]`.',
  }),
  'missing-block': row<{ model: string }>({
    severity: 'error',
    message: ({ model }) => `Model '${model}' gives its stages but not the kind of its blocks.`,
    hint: () => 'Write `block basic` or `block bottleneck`.',
    cause: 'A depth implies the block; a list of stages does not.',
    example: 'model a {\n  stages [3, 4, 6, 3]\n}\n',
    cure: 'Add `block basic` (two 3×3 convolutions) or `block bottleneck` (1×1, 3×3, 1×1).',
  }),
  'stages-contradict-depth': row<{ depth: number; stages: string; expected: string }>({
    severity: 'error',
    message: ({ depth, stages, expected }) =>
      `Depth ${depth} has the stages ${expected}, not ${stages}.`,
    hint: () => 'Take `depth` away where the stages are the right ones (and give `block`).',
    cause: 'Both `depth` and `stages` are given and they describe different networks.',
    example: 'model a {\n  depth 50\n  stages [3, 4, 23, 3]\n}\n',
    cure: 'Keep one of the two. A model that extends one with a depth cannot give other stages.',
  }),
  'block-contradicts-depth': row<{ depth: number; block: string; expected: string }>({
    severity: 'error',
    message: ({ depth, block, expected }) =>
      `Depth ${depth} is made of ${expected} blocks, not of ${block} blocks.`,
    hint: () => 'Give `stages` in place of `depth` for a network of another block.',
    cause: 'Both `depth` and `block` are given and they describe different networks.',
    example: 'model a {\n  depth 50\n  block basic\n}\n',
    cure: 'Take `block` away, or describe the network by `block` and `stages`.',
  }),
  'widths-mismatch': row<{ stages: number; widths: number; given: boolean }>({
    severity: 'error',
    message: ({ stages, widths, given }) =>
      given
        ? `There are ${stages} stages and ${widths} widths; each stage has one width.`
        : `There are ${stages} stages, and the default has ${widths} widths only.`,
    hint: ({ stages }) => `Write \`widths [ … ]\` with ${stages} numbers.`,
    cause: 'The list of widths is shorter or longer than the list of stages.',
    example: 'model a {\n  block basic\n  stages [3, 3, 3]\n  widths [16, 32]\n}\n',
    cure: 'Give a width for each stage. Without `widths` up to four stages take 64, 128, 256, 512.',
  }),
  'stage-list-mismatch': row<{ list: string; stages: number; given: number }>({
    severity: 'error',
    message: ({ list, stages, given }) =>
      `There are ${stages} stages and ${given} values of '${list}'; each stage has one.`,
    hint: ({ list, stages }) => `Write \`${list} [ … ]\` with ${stages} values.`,
    cause: 'A list with a value a stage is shorter or longer than the list of stages.',
    example: 'model a {\n  depth 50\n  strides [1, 2, 1]\n}\n',
    cure: 'Give a value for each stage, or leave the list out.',
  }),
  'words-exclude-each-other': row<{ first: string; second: string; reason: string }>({
    severity: 'error',
    message: ({ first, second, reason }) =>
      `'${first}' does not go together with this '${second}': ${reason}.`,
    cause: 'Two words were combined that no network has together.',
    example: 'model a {\n  depth 18\n  multi-path res2net\n}\n',
    cure: 'Take one of the two away.',
  }),
  'channels-not-divisible': row<{ what: string; channels: number; by: number }>({
    severity: 'error',
    message: ({ what, channels, by }) => `${channels} channels are no multiple of ${by}: ${what}.`,
    cause: 'Channels are cut into groups or parts, and each has the same number.',
    example: 'model a {\n  depth 50\n  groups 3\n  group-width 7\n  narrow-first 2\n}\n',
    cure: 'Change the widths, or the number of groups or parts.',
  }),
  'average-of-odd-sides': row<{ stage: number; sides: string }>({
    severity: 'error',
    message: ({ stage, sides }) =>
      `Stage ${stage} would halve a map of ${sides} by an average, which drops the last pixel of an odd side; the shortcut keeps it.`,
    hint: () => 'Take an input whose sides are multiples of 32, or `anti-alias blur`.',
    cause:
      "A 2×2 average pool of stride 2 rounds down where a shortcut rounds up: timm's own networks fail at such an input.",
    example: 'model a {\n  depth 50\n  anti-alias average\n  input 200\n}\n',
    cure: 'Give an input whose halves are even in every stage.',
  }),
  'kernel-even': row<{ side: number }>({
    severity: 'error',
    message: ({ side }) => `A projection of ${side}×${side} has no middle: its side is odd.`,
    cause: 'A kernel of an even side moves the map by half a pixel.',
    example: 'model a {\n  depth 50\n  shortcut-kernel 2\n}\n',
    cure: 'Write `shortcut-kernel 3`, or leave it out.',
  }),
  'group-without-channels': row<{ width: number; groupWidth: number }>({
    severity: 'error',
    message: ({ width, groupWidth }) =>
      `Groups of width ${groupWidth} have no channel where the width is ${width}.`,
    cause: 'A group has width × group-width / 64 channels, rounded down.',
    example:
      'model a {\n  block bottleneck\n  stages [2, 2]\n  widths [8, 16]\n  groups 2\n  group-width 4\n}\n',
    cure: 'Give a larger `group-width` or larger `widths`.',
  }),
  'stem-widths-mismatch': row<{ stem: string; expected: number; given: number }>({
    severity: 'error',
    message: ({ stem, expected, given }) =>
      `Stem ${stem} has ${expected} ${expected === 1 ? 'convolution' : 'convolutions'}, and ${given} ${given === 1 ? 'width is' : 'widths are'} given.`,
    hint: ({ expected }) =>
      expected === 1 ? 'Write `stem-widths [64]`.' : 'Write `stem-widths [32, 32, 64]`.',
    cause: '`stem-widths` gives the output channels of each convolution of the stem.',
    example: 'model a {\n  depth 50\n  variant vd\n  stem-widths [64]\n}\n',
    cure: 'Give one number for stem conv7 and conv3, three for stem deep.',
  }),
  'expansion-of-basic': row<{ expansion: number }>({
    severity: 'error',
    message: ({ expansion }) =>
      `A basic block puts out as many channels as its width; expansion ${expansion} does not fit.`,
    hint: () => 'Take `expansion` away, or use `block bottleneck`.',
    cause: 'Only a bottleneck has a last convolution that widens its output.',
    example: 'model a {\n  depth 18\n  expansion 4\n}\n',
    cure: 'Leave `expansion` out for basic blocks; give the channels by `widths`.',
  }),
  'input-too-small': row<{ input: string; least: number; halvings: number }>({
    severity: 'error',
    message: ({ input, least, halvings }) =>
      `An input of ${input} is too small: the network halves its sides ${halvings} times, so they need ${least} pixels at least.`,
    hint: () => 'Small pictures want `stem conv3`, which halves nothing, or fewer stages.',
    cause: 'After so many halvings less than one pixel would be left.',
    example: 'model a {\n  depth 50\n  input 3x16x16\n}\n',
    cure: 'Give a larger `input`, or a network with fewer halvings (`stem conv3`, fewer `stages`).',
  }),
  'pad-shortcut-channels': row<{ stage: number; from: number; to: number }>({
    severity: 'error',
    message: ({ stage, from, to }) =>
      `\`shortcut pad\` cannot turn the ${from} channels before stage ${stage} into ${to}: ${to < from ? 'it never takes channels away' : 'it adds as many zeros before as after, so the difference must be even'}.`,
    hint: () => 'Use `shortcut projection`, or other widths.',
    cause:
      'A padded shortcut has no parameters: it only adds channels of zeros, half of them on each side.',
    example:
      'model a {\n  block basic\n  stages [3, 3, 3]\n  stem conv3\n  shortcut pad\n  widths [16, 33, 64]\n}\n',
    cure: 'Let the channels grow by an even number from stage to stage, or project the shortcut.',
  }),
  'pad-shortcut-projects': row<Record<string, never>>({
    severity: 'error',
    message: () => '`shortcut pad` never projects, so `first-shortcut projection` cannot be had.',
    hint: () => 'Take `first-shortcut` away.',
    cause: 'A padded shortcut adds zero channels instead of projecting.',
    example:
      'model a {\n  block basic\n  stages [3, 3, 3]\n  widths [16, 32, 64]\n  stem conv3\n  shortcut pad\n  first-shortcut projection\n}\n',
    cure: 'Leave `first-shortcut` out, or use `shortcut projection`.',
  }),
  'channels-mismatch': row<{ name: string; given: number; channels: number }>({
    severity: 'error',
    message: ({ name, given, channels }) =>
      `'${name}' has ${given} ${given === 1 ? 'number' : 'numbers'}, and the input has ${channels} ${channels === 1 ? 'channel' : 'channels'}.`,
    cause: '`mean` and `std` give one number for each channel of the input.',
    example: 'model a {\n  depth 50\n  preprocess { mean [0.5] }\n}\n',
    cure: 'Give as many numbers as `input` has channels.',
  }),
  'color-mismatch': row<{ color: string; channels: number }>({
    severity: 'error',
    message: ({ color, channels }) =>
      `'color ${color}' does not fit an input of ${channels} ${channels === 1 ? 'channel' : 'channels'}.`,
    hint: () => 'rgb and bgr have 3 channels, gray has 1.',
    cause: 'The order of colours and the number of channels contradict each other.',
    example: 'model a {\n  depth 50\n  input 1x224x224\n  preprocess { color rgb }\n}\n',
    cure: 'Correct `input` or `color`.',
  }),
  'preprocess-misses-input': row<{ what: string; input: string }>({
    severity: 'error',
    message: ({ what, input }) => `${what} does not give pictures of ${input}, the input's size.`,
    hint: () =>
      '`crop` is the side of the square input; `resize` without a crop must be that side too.',
    cause: 'What comes out of the preprocessing must be what the network takes in.',
    example: 'model a {\n  depth 50\n  input 320\n  preprocess { resize 256  crop 224 }\n}\n',
    cure: 'Make `crop` equal to the side of `input`; an input that is not square takes no crop.',
  }),
  'crop-exceeds-resize': row<{ crop: number; resize: number }>({
    severity: 'error',
    message: ({ crop, resize }) =>
      `A picture whose short side is ${resize} pixels cannot be cropped to ${crop}.`,
    hint: ({ crop }) => `Write \`resize ${crop}\` or more.`,
    cause: 'The crop is larger than what the resize leaves.',
    example: 'model a {\n  depth 50\n  preprocess { resize 200  crop 224 }\n}\n',
    cure: 'Resize to at least the side of the crop.',
  }),
  'accuracy-order': row<{ top1: string; top5: string }>({
    severity: 'error',
    message: ({ top1, top5 }) =>
      `A top-5 accuracy of ${top5} is below the top-1 accuracy of ${top1}.`,
    cause: 'A class that is first is among the first five, so top-5 is never the smaller one.',
    example: 'model a {\n  depth 50\n  expect { top1 94.4%  top5 79.1% }\n}\n',
    cure: 'Exchange or correct the two figures.',
  }),
  'incomplete-reference': row<{ missing: string; given: string }>({
    severity: 'error',
    message: ({ missing, given }) =>
      `'reference' gives '${given}' but not '${missing}'; a test needs both.`,
    hint: () => 'Write `reference { input "x.npy"  logits "y.npy" }`.',
    cause: '`rcc verify` runs the input through the network and compares with the logits.',
    example: 'model a {\n  depth 50\n  reference { input "x.npy" }\n}\n',
    cure: 'Give both files, or take `reference` away.',
  }),
  'inherited-reference': row<{ model: string; base: string }>({
    severity: 'warning',
    message: ({ model, base }) =>
      `Model '${model}' has weights of its own but takes the reference of '${base}', which other weights answered.`,
    hint: () => 'Give the `reference` of these weights.',
    cause:
      '`extends` takes every property of the base, and a reference belongs to the weights that made it.',
    example:
      'model a {\n  depth 50\n  weights "a.pth"\n  reference { input "x.npy"  logits "a.npy" }\n}\nmodel b extends a {\n  weights "b.pth"\n}\n',
    cure: 'Give a reference here, or move what both models share into a base without `weights` and `reference`.',
  }),
  'expectation-not-inherited': row<{
    model: string;
    base: string;
    /** Figures, and in brackets what was changed. */
    dropped: readonly string[];
  }>({
    severity: 'note',
    message: ({ model, base, dropped }) =>
      `Model '${model}' is not held to what '${base}' expects: ${listText(dropped, '; ')}.`,
    hint: () => 'Give the figures of this model as its own `expect { … }` to have them checked.',
    cause:
      'A figure that a base expects depends on properties that the model changes, so it says nothing about the model.',
    example:
      'model a {\n  depth 50\n  expect { params 25.56M }\n}\nmodel b extends a {\n  classes 37\n}\n',
    cure: 'Nothing, or give figures of this model in an `expect` of its own.',
  }),
  'property-without-effect': row<{ property: string; reason: string }>({
    severity: 'warning',
    message: ({ property, reason }) => `'${property}' changes nothing: ${reason}.`,
    cause: 'The property is right in itself but means nothing for this network.',
    example: 'model a {\n  depth 18\n  stride in conv1\n}\n',
    cure: 'Take it away, or change the property that stands in its way.',
  }),
} as const;
