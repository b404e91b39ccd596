import { type DepthDefinition, depths } from './depths.ts';
import { nameSchemes } from './name-schemes.ts';
import { headKindOf, outputWords } from './outputs.ts';
import { limits, pixels, property } from './property.ts';
import type { Head, MultiPath, StemKind } from './spec.ts';
import { headType } from './values/head.ts';
import { inputSize, knownDepth } from './values/network.ts';
import { decimalNumber, numberList, wholeNumber } from './values/numbers.ts';
import { wordWithParts } from './values/parts.ts';
import { filePath, weightsFile } from './values/paths.ts';
import { choice, prefixedChoice, wordList, yesOrNo } from './values/words.ts';
import { stemConvs, variants } from './variants.ts';

/** Where the depth is missing or could not be read, 50 stands in for it. */
function depthOf(depth = 50): DepthDefinition | undefined {
  return depths.get(depth);
}

function stemWidthsFor(stem: StemKind, last: number): readonly number[] {
  const half = Math.ceil(last / 2);
  return stemConvs[stem] === 3 ? [half, half, last] : [last];
}

/** What the names of networks with more than one path leave open. */
function untoldPaths(kind: MultiPath['kind'] | undefined): string | undefined {
  if (kind === 'res2net')
    return 'How the first block of a stage begins, and whether padding counts, is in no weights file.';
  if (kind === 'resnest')
    return 'Where a strided block averages, before its paths (halving before) in the fast networks, and whether padding counts is in no weights file.';
  return undefined;
}

/** A file without a linear layer, or with one that the head leaves aside, may be of either kind. */
function untoldHead(head: Head | undefined): string | undefined {
  return head === 'features'
    ? 'The file has no linear layer; detectors read the maps of stages: outputs [c2, c3, c4, c5].'
    : undefined;
}

/** The properties that stand in a model itself. */
export const networkProperties = {
  depth: property({
    type: knownDepth,
    doc: 'Depth of the network as in its name; it gives the number of blocks in each stage and the kind of block.',
    check: 'needed unless `stages` and `block` are given',
    from: ({ depth }) => depth,
    example: 'depth 50',
  }),
  block: property({
    type: choice('basic', 'bottleneck'),
    default: 'what the depth stands for',
    fallback: ({ depth }) => depthOf(depth)?.block ?? 'bottleneck',
    check: 'needed where `stages` is given without `depth`; must agree with `depth`',
    doc: 'Kind of the residual blocks. basic: two 3×3 convolutions. bottleneck: 1×1, 3×3, 1×1.',
    from: ({ depth, block }) => (depth === undefined ? block : undefined),
    example: 'block bottleneck',
  }),
  stages: property({
    type: numberList({
      whole: true,
      bounds: { least: 1, most: limits.blocks },
      longest: limits.stages,
    }),
    default: 'what the depth stands for',
    fallback: ({ depth }) => depthOf(depth)?.stages ?? [],
    unit: 'blocks',
    check: `at most ${limits.stages} stages and ${limits.blocks} blocks in all; must agree with \`depth\``,
    doc: 'Number of blocks in each stage. Each stage but the first halves height and width.',
    from: ({ depth, stages }) => (depth === undefined ? stages : undefined),
    example: 'stages [3, 4, 6, 3]',
  }),
  'stage-blocks': property({
    type: wordList({ longest: limits.stages }, 'basic', 'bottleneck'),
    default: '`block` for each stage',
    fallback: ({ block, stages }) => stages.map(() => block),
    isLater: true,
    check: 'one word a stage',
    doc: 'Kind of the blocks of each stage, where they differ. Basic blocks put out their width, whatever the expansion.',
    reason: "timm's test_resnet.",
    from: ({ stageBlocks }) => stageBlocks,
    example: 'stage-blocks [basic, basic, bottleneck, basic]',
  }),
  widths: property({
    type: numberList({
      whole: true,
      bounds: { least: 1, most: limits.width },
      longest: limits.stages,
    }),
    default: '[64, 128, 256, 512], cut to the number of stages',
    fallback: ({ stages }) => [64, 128, 256, 512].slice(0, stages.length),
    unit: 'channels',
    check: 'one number a stage',
    doc: "Inner channels of each stage's blocks. A block puts out its width times `expansion`.",
    from: ({ widths }) => widths,
    example: 'widths [64, 128, 256, 512]',
  }),
  expansion: property({
    type: wholeNumber({ least: 1, most: 64 }),
    default: '4 for bottleneck, 1 for basic',
    fallback: ({ block }) => (block === 'basic' ? 1 : 4),
    check: `1 for basic; width times expansion is at most ${limits.channels}`,
    doc: 'Output channels of a bottleneck block divided by its width.',
    reason:
      "Wide ResNets double the inner channels and keep the outer ones: torchvision's wide_resnet50_2 has widths [128, 256, 512, 1024] and expansion 2.",
    from: ({ expansion }) => expansion,
    example: 'expansion 2',
  }),
  groups: property({
    type: wholeNumber({ least: 1, most: limits.groups }),
    default: '1',
    fallback: () => 1,
    isLater: true,
    check: 'without effect for basic blocks, which have none',
    doc: "Groups of a bottleneck's 3×3 convolution: ResNeXt's cardinality.",
    reason: 'resnext50_32x4d has 32 groups of 4 channels each in its first stage.',
    from: ({ groups }) => groups,
    example: 'groups 32',
  }),
  'group-width': property({
    type: wholeNumber({ least: 1, most: limits.width }),
    default: '64',
    fallback: () => 64,
    isLater: true,
    unit: 'channels',
    check: 'without effect for basic blocks; leaves each group at least one channel',
    doc: 'Inner channels of each group where `widths` is 64; they grow with it. The inner channels of a bottleneck are width × group-width / 64, rounded down, times `groups`; what it puts out stays width times `expansion`.',
    reason:
      'Networks are named by it: resnext101_32x8d has groups 32 and group-width 8, wide_resnet50_2 has group-width 128.',
    from: ({ groupWidth }) => groupWidth,
    example: 'group-width 4',
  }),
  attention: property({
    type: wordWithParts({
      none: {},
      se: {
        reduce: { type: wholeNumber({ least: 1, most: 1024 }), fallback: 16 },
        divisor: { type: wholeNumber({ least: 1, most: 1024 }), fallback: 1 },
      },
      eca: {},
    }),
    default: 'none',
    fallback: () => ({ kind: 'none' }) as const,
    isLater: true,
    doc: 'What weighs the channels of a block before it is added to its shortcut. se: squeeze and excitation: the mean of each channel, a 1×1 convolution to channels / reduce, rounded to a multiple of divisor and at least divisor, ReLU, a 1×1 convolution back, sigmoid. eca: the mean of each channel, one small convolution along the channels, sigmoid.',
    reason:
      'SE: SE-ResNeXt of PaddleClas and timm; timm rounds to multiples of 8, PaddleClas does not. ECA: timm’s ecaresnets.',
    from: ({ attention }) => attention,
    example: 'attention se reduce 16',
  }),
  variant: property({
    type: choice('vb', 'vc', 'vd'),
    default: 'vb',
    fallback: () => 'vb' as const,
    // A printed spec is shortened to it where stem and shortcut allow (draft.ts).
    from: () => undefined,
    doc: 'Short for a stem and a shortcut. vb: stem conv7, shortcut projection. vc: stem deep, shortcut projection. vd: stem deep, shortcut avgpool. `stem` and `shortcut` override it wherever they are given.',
    example: 'variant vd',
  }),
  stem: property({
    type: choice('conv7', 'deep', 'conv3'),
    default: 'what the variant stands for',
    fallback: ({ variant }) => variants[variant].stem,
    doc: 'What stands before stage 1. conv7: a 7×7 convolution of stride 2 and a 3×3 max pool of stride 2. deep: three 3×3 convolutions, the first of stride 2, and the max pool. conv3: one 3×3 convolution of stride 1 and no pool, for small pictures.',
    from: ({ stem }) => stem,
    example: 'stem conv3',
  }),
  'stem-widths': property({
    type: numberList({ whole: true, bounds: { least: 1, most: limits.width }, longest: 3 }),
    default: 'the last is the first of `widths`; the first two of stem deep are half of it',
    fallback: ({ stem, widths }) => stemWidthsFor(stem, widths[0] ?? 64),
    unit: 'channels',
    check: 'one number for stem conv7 and conv3, three for stem deep',
    doc: 'Output channels of each convolution of the stem; the last is what stage 1 reads.',
    reason:
      'The stem of a wide or narrow network keeps 64 channels while its widths change: wide_resnet50_2 has widths from 128 and a stem of 64.',
    from: ({ stemWidths }) => stemWidths,
    example: 'stem-widths [32, 32, 64]',
  }),
  'stem-pool': property({
    type: choice('max', 'conv', 'none'),
    default: 'max behind stem conv7 and deep, none behind conv3',
    fallback: ({ stem }) => (stem === 'conv3' ? 'none' : 'max'),
    isLater: true,
    untold: ({ stemPool }) =>
      stemPool === 'conv'
        ? undefined
        : 'Whether a pool stands behind the stem is in no weights file.',
    doc: 'What halves the map behind the stem. max: a 3×3 max pool of stride 2. conv: a 3×3 convolution of stride 2 with norm and ReLU. none: nothing.',
    reason: "timm's resnetrs networks have a convolution there.",
    from: ({ stemPool }) => stemPool,
    example: 'stem-pool conv',
  }),
  shortcut: property({
    type: choice('projection', 'avgpool', 'pad'),
    default: 'what the variant stands for',
    fallback: ({ variant }) => variants[variant].shortcut,
    check: 'pad: channels grow by an even number from stage to stage',
    doc: 'How a shortcut follows a change of shape. projection: a 1×1 convolution with the stride. avgpool: a 2×2 average pool where the stride is 2, then a 1×1 convolution. pad: every second pixel and channels of zeros, half of them on each side; no parameters.',
    from: ({ shortcut }) => shortcut,
    example: 'shortcut avgpool',
  }),
  'shortcut-kernel': property({
    type: wholeNumber({ least: 1, most: 7 }),
    default: '1',
    fallback: () => 1,
    isLater: true,
    check: 'an odd number',
    doc: 'Side of the projection where a shortcut has a stride; elsewhere it is 1.',
    reason: 'senet154 projects with 3×3 convolutions.',
    from: ({ shortcutKernel }) => shortcutKernel,
    example: 'shortcut-kernel 3',
  }),
  'first-shortcut': property({
    type: choice('projection', 'identity'),
    default: 'projection; identity under `shortcut pad`',
    fallback: () => 'projection' as const,
    check: 'projection cannot be had under `shortcut pad`',
    doc: 'The shortcut of the very first block where its input and output have the same shape. projection: a 1×1 convolution all the same, as PaddleClas does. identity: none, as torchvision and timm do. Where the shapes differ it is projected in any case.',
    reason:
      "It makes the difference between PaddleClas' and torchvision's ResNet18 and 34, which else have the same name and shape.",
    from: ({ firstShortcut }) => firstShortcut,
    example: 'first-shortcut identity',
  }),
  stride: property({
    type: prefixedChoice('in', 'conv1', 'conv2'),
    default: 'in conv2',
    fallback: () => 'conv2' as const,
    check: 'without effect for basic blocks',
    doc: "The convolution of a bottleneck that carries the stride: the 1×1 one (conv1, as in the paper's first version) or the 3×3 one (conv2, as in PaddleClas, torchvision and timm).",
    from: ({ strideIn }) => strideIn,
    untold: ({ block }) =>
      block === 'bottleneck'
        ? 'PaddleClas, torchvision and timm stride in the 3×3; Caffe in the first 1×1.'
        : undefined,
    example: 'stride in conv1',
  }),
  'multi-path': property({
    type: wordWithParts({
      none: {},
      res2net: {
        scale: { type: wholeNumber({ least: 2, most: 64 }), fallback: 4 },
        start: { type: choice('pooled', 'chained'), fallback: 'pooled' },
        padding: { type: choice('counted', 'ignored'), fallback: 'counted' },
      },
      resnest: {
        radix: { type: wholeNumber({ least: 1, most: 64 }), fallback: 2 },
        halving: { type: choice('before', 'after'), fallback: 'after' },
        padding: { type: choice('counted', 'ignored'), fallback: 'counted' },
        divisor: { type: wholeNumber({ least: 1, most: 1024 }), fallback: 8 },
        bias: { type: yesOrNo, fallback: true },
      },
      select: {
        reads: { type: choice('whole', 'halves'), fallback: 'halves' },
        reduce: { type: wholeNumber({ least: 1, most: 1024 }), fallback: 16 },
        divisor: { type: wholeNumber({ least: 1, most: 1024 }), fallback: 8 },
      },
    }),
    default: 'none',
    fallback: () => ({ kind: 'none' }) as const,
    isLater: true,
    untold: ({ multiPath }) => untoldPaths(multiPath?.kind),
    check: 'res2net and resnest need bottlenecks; select has no groups of its own beside `groups`',
    doc: "What stands in the place of a block's 3×3 convolution. res2net: its channels, group-width × groups × scale, are cut into `scale` parts; each but the last has a 3×3 convolution, which reads its part and what the one before made; the first block of a stage does not add (start pooled) and averages its last part 3×3, or is as all others (start chained). resnest: `radix` 3×3 convolutions whose sum is squeezed to a quarter, at least 32, and weighs them by a softmax; a stride is a 3×3 average pool before or after it. select: two 3×3 convolutions, the second dilated by 2, each on all channels (reads whole) or its half, weighed the same way by a squeeze of channels / reduce.",
    reason:
      'Res2Net, ResNeSt and SKNet. timm counts the padding of the 3×3 average pools and starts pooled; PaddleClas ignores it and starts chained; the wrong one changes every logit.',
    from: ({ multiPath }) => multiPath,
    example: 'multi-path res2net scale 4',
  }),
  'narrow-first': property({
    type: wholeNumber({ least: 1, most: 64 }),
    default: '1',
    fallback: () => 1,
    isLater: true,
    check: 'divides the inner channels; without effect for basic blocks',
    doc: "Divides the output channels of each bottleneck's first convolution.",
    reason: 'senet154 has half of its inner channels there.',
    from: ({ narrowFirst }) => narrowFirst,
    example: 'narrow-first 2',
  }),
  strides: property({
    type: numberList({ whole: true, bounds: { least: 1, most: 2 }, longest: limits.stages }),
    default: '1 for the first stage, 2 for each other',
    fallback: ({ stages }) => stages.map((_, stage) => (stage === 0 ? 1 : 2)),
    isLater: true,
    check: 'one number a stage',
    untold: () =>
      'Networks that search and track often leave the last stage unhalved: [1, 2, 2, 1].',
    doc: 'Stride of the first block of each stage: 2 halves height and width.',
    reason: 'Re-identification keeps a larger last map: last stride 1.',
    from: ({ strides }) => strides,
    example: 'strides [1, 2, 2, 1]',
  }),
  dilations: property({
    type: numberList({ whole: true, bounds: { least: 1, most: 64 }, longest: limits.stages }),
    default: '1 for each stage',
    fallback: ({ stages }) => stages.map(() => 1),
    isLater: true,
    check: 'one number a stage',
    untold: () => 'Segmentation networks keep a map large by dilations in place of strides.',
    doc: "Dilation of the 3×3 convolutions of each stage. A stage's first block has that of the stage before.",
    reason: 'A backbone of output stride 16 has strides [1, 2, 2, 1] and dilations [1, 1, 1, 2].',
    from: ({ dilations }) => dilations,
    example: 'dilations [1, 1, 1, 2]',
  }),
  'anti-alias': property({
    type: choice('none', 'average', 'blur'),
    default: 'none',
    fallback: () => 'none' as const,
    isLater: true,
    untold: () =>
      "timm's resnetaa and resnetblur networks have the names and shapes of their plain twins.",
    doc: "What halves a map in the place of a strided 3×3 convolution: that has stride 1, and behind its ReLU stands a 2×2 average pool of stride 2 (average) or a 3×3 binomial filter of stride 2 whose borders are mirrored (blur). The stem's max pool becomes the average pool, or a 3×3 max pool of stride 1 and the filter.",
    reason: 'resnetaa50d, resnetblur50, seresnextaa101d_32x8d.',
    from: ({ antiAlias }) => antiAlias,
    example: 'anti-alias blur',
  }),
  norm: property({
    type: wordWithParts({
      batch: {},
      group: { count: { type: wholeNumber({ least: 1, most: 1024 }), fallback: 32 } },
    }),
    default: 'batch',
    fallback: () => ({ kind: 'batch' }) as const,
    isLater: true,
    check: 'the count of groups divides the channels of every norm',
    doc: 'What stands behind each convolution. batch: batch norm with running statistics. group: group norm of so many groups, which has none.',
    reason: 'resnet50_gn.',
    from: ({ norm }) => norm,
    example: 'norm group count 32',
  }),
  epsilon: property({
    type: decimalNumber({ least: 0, most: 0.1 }),
    default: '0.00001',
    fallback: () => 1e-5,
    from: ({ epsilon }) => epsilon,
    isLater: true,
    untold: () =>
      "PaddlePaddle, torchvision and timm add 0.00001 to a variance, TensorFlow and Caffe models often 0.001, torchvision's detectors of COCO_V1 nothing.",
    doc: 'What each batch norm adds to its variances before it takes the root.',
    reason:
      'No weights file tells it, and a wrong one changes every logit a little: nothing fails, and the accuracy is lower.',
    example: 'epsilon 0.001',
  }),
  input: property({
    type: inputSize({ channels: { least: 1, most: 1024 }, side: pixels }),
    default: '3x224x224',
    fallback: () => ({ channels: 3, height: 224, width: 224 }),
    unit: 'pixels',
    check:
      'no side smaller than 2 to the number of halvings: 32 for four stages behind stem conv7 or deep, 4 for three stages behind stem conv3',
    doc: 'Input of the network: channels, height and width. `224` and `224x224` are short for `3x224x224`.',
    from: ({ input }) => input,
    untold: () =>
      'A convolution runs on any size; take the one that it was trained or tested with.',
    example: 'input 3x224x224',
  }),
  classes: property({
    type: wholeNumber({ least: 1, most: 1_000_000 }),
    default: '1000',
    fallback: () => 1000,
    check: 'without effect where the head tells no classes',
    doc: 'Number of classes: the outputs of the last layer.',
    from: ({ classes }) => classes,
    example: 'classes 1000',
  }),
  pool: property({
    type: choice('average', 'max', 'avgmax', 'catavgmax'),
    default: 'average',
    fallback: () => 'average' as const,
    isLater: true,
    untold: ({ pool }) =>
      pool === 'catavgmax'
        ? undefined
        : 'How the last map becomes one number a channel is in no weights file.',
    doc: 'How the last map becomes features. average and max: of each channel. avgmax: half of both. catavgmax: both, one behind the other, so that the last layer reads twice the channels.',
    from: ({ pool }) => pool,
    example: 'pool max',
  }),
  head: property({
    type: headType,
    default: 'logits',
    fallback: () => 'logits' as const,
    untold: ({ head }) => untoldHead(head),
    doc: 'What stands behind the last stage. logits: the global pool and a linear layer to the classes. softmax: their softmax behind it. features: the global pool alone: [N, channels]. embedding: the global pool, a linear layer to so many numbers and a batch norm, which is folded into it; without a number the batch norm alone.',
    reason:
      "Networks that search and track compare embeddings: fast-reid's bnneck, NVIDIA's ReIdentificationNet (256 numbers). Layers of the weights file that the head leaves out are left aside.",
    from: ({ head }) => head,
    parts: (head) => ({
      layers: headKindOf(head) === 'softmax' ? 'logits' : headType.print(head),
      softmax: head === 'softmax',
    }),
    example: 'head embedding 256',
  }),
  outputs: property({
    type: wordList({ longest: limits.stages + 1 }, ...outputWords),
    default: '[answer]',
    fallback: () => ['answer'] as const,
    isLater: true,
    check: 'stages that the network has; each once',
    doc: "The values that leave the network, in this order. c2, c3, …: the last map of stage 1, 2, … by the names of detectors, behind its block's ReLU. answer: what `head` makes. What nothing reads then is left out, the head and later stages with their parameters.",
    reason: 'Detectors and segmentation networks read the maps of several stages.',
    from: ({ outputs }) => outputs,
    example: 'outputs [c2, c3, c4, c5]',
  }),
  labels: property({
    type: filePath('.txt'),
    doc: 'Text file with the name of each class, one a line.',
    from: ({ labels }, toFile) => (labels === undefined ? undefined : toFile(labels)),
    example: 'labels "imagenet.txt"',
  }),
  weights: property({
    type: weightsFile(nameSchemes),
    doc: 'File with the trained weights. A word before it pins the framework whose parameter names it has; otherwise they are recognised. A key behind it chooses one of several networks in the file (an average, a teacher, a branch): keys of dicts or the beginning of names, joined by dots. `--weights` and `--weights-key` on the command line override it.',
    from: ({ weights }, toFile) => weights && { ...weights, path: toFile(weights.path) },
    example: 'weights paddleclas "ResNet50_vd_pretrained.pdparams"',
  }),
} as const;
