/* What must hold between the words that say how blocks compute: which go together, and whether channels and sides come out even. */
import { innerChannels, outputChannels } from './channels.ts';
import type { PropertyName } from './properties.ts';
import type { Rule, RuleContext } from './rule.ts';
import type { Spec } from './spec.ts';

/** Two words of which a network has one. */
interface Exclusion {
  readonly words: readonly [PropertyName, PropertyName];
  readonly holds: (spec: Spec) => boolean;
  /** The end of a sentence that begins with "because". */
  readonly reason: string;
}

const isBottleneck = ({ stageBlocks }: Spec): boolean =>
  stageBlocks.every((kind) => kind === 'bottleneck');
const hasPaths = ({ multiPath }: Spec): boolean => multiPath.kind !== 'none';
const isAntiAliased = ({ antiAlias }: Spec): boolean => antiAlias !== 'none';
const isDilated = ({ dilations }: Spec): boolean => dilations.some((dilation) => dilation > 1);

const exclusions: readonly Exclusion[] = [
  {
    words: ['multi-path', 'block'],
    holds: (spec) => /^res/.test(spec.multiPath.kind) && !isBottleneck(spec),
    reason:
      'Res2Net and ResNeSt cut the 3×3 convolution of a bottleneck, which a basic block has not',
  },
  {
    words: ['multi-path', 'narrow-first'],
    holds: (spec) => hasPaths(spec) && spec.narrowFirst > 1,
    reason: 'the first convolution makes what the paths read',
  },
  {
    words: ['multi-path', 'anti-alias'],
    holds: (spec) => hasPaths(spec) && isAntiAliased(spec),
    reason: 'no published network says where its paths would be filtered',
  },
  {
    words: ['multi-path', 'dilations'],
    holds: (spec) => hasPaths(spec) && isDilated(spec),
    reason: 'no published network says which of its paths would be dilated',
  },
  {
    words: ['multi-path', 'stride'],
    holds: (spec) => hasPaths(spec) && isBottleneck(spec) && spec.strideIn === 'conv1',
    reason: 'the paths carry the stride',
  },
  {
    words: ['anti-alias', 'stride'],
    holds: (spec) => isAntiAliased(spec) && isBottleneck(spec) && spec.strideIn === 'conv1',
    reason: 'the filter stands behind the strided 3×3 convolution',
  },
  {
    words: ['dilations', 'shortcut'],
    holds: (spec) => isDilated(spec) && spec.shortcut === 'pad',
    reason: 'a shortcut without parameters follows strides alone',
  },
];

function exclusionRule({ words: [first, second], holds, reason }: Exclusion): Rule {
  return {
    name: `${first}-without-${second}`,
    involves: [first, second, 'stages', 'depth', 'block', 'stage-blocks'],
    check({ spec, report }) {
      if (holds(spec)) report('words-exclude-each-other', { first, second, reason });
    },
  };
}

/** Sides of the map that each stage reads. */
function stageSides({ input, stem, stemPool, antiAlias, strides }: Spec) {
  const half = (side: number) => Math.ceil(side / 2);
  const isFloored = stemPool === 'max' && antiAlias === 'average';
  const afterStem = [input.height, input.width]
    .map((side) => (stem === 'conv3' ? side : half(side)))
    .map((side) => (stemPool === 'none' ? side : isFloored ? Math.floor(side / 2) : half(side)));
  const sides = [afterStem];
  for (const stride of strides) {
    const before = sides.at(-1) ?? afterStem;
    sides.push(stride === 2 ? before.map(half) : before);
  }
  return sides;
}

/** An average pool of stride 2 drops the last row of an odd side, which the shortcut keeps. */
function checkEvenSides({ spec, report }: RuleContext): void {
  if (spec.antiAlias !== 'average') return;
  const sides = stageSides(spec);
  const stage = spec.strides.findIndex(
    (stride, index) => stride === 2 && sides[index]?.some((side) => side % 2 === 1),
  );
  if (stage < 0) return;
  const [height, width] = sides[stage] ?? [];
  report('average-of-odd-sides', { stage: stage + 1, sides: `${height}x${width}` });
}

/** What must divide channels, in the words of the message. */
interface Division {
  readonly what: string;
  readonly channels: number;
  readonly by: number;
}

function divisionsOf(spec: Spec): readonly Division[] {
  const { stages, groups, narrowFirst, multiPath, norm, stemWidths } = spec;
  return stages.flatMap((_, stage) => {
    const inner = innerChannels(spec, stage);
    const where = `of stage ${stage + 1}`;
    const read = inner / narrowFirst;
    const normed = [...(stage === 0 ? stemWidths : []), read, inner, outputChannels(spec, stage)];
    return [
      { what: `the inner channels ${where} by narrow-first`, channels: inner, by: narrowFirst },
      { what: `the channels ${where} by groups`, channels: read, by: groups },
      ...(multiPath.kind === 'resnest'
        ? [
            {
              what: `the channels ${where} by groups and radix`,
              channels: inner,
              by: groups * multiPath.radix,
            },
          ]
        : []),
      ...(multiPath.kind === 'select' && multiPath.reads === 'halves'
        ? [{ what: `the channels ${where} by two paths`, channels: inner, by: 2 }]
        : []),
      ...(norm.kind === 'group'
        ? normed.map((channels) => ({
            what: `the channels ${where} by the groups of their norm`,
            channels,
            by: norm.count,
          }))
        : []),
    ];
  });
}

function checkDivisions({ spec, report }: RuleContext): void {
  const uneven = divisionsOf(spec).find(({ channels, by }) => channels % by !== 0);
  if (uneven) report('channels-not-divisible', uneven);
}

const channelWords: readonly PropertyName[] = [
  'groups',
  'group-width',
  'narrow-first',
  'multi-path',
  'norm',
  'widths',
  'stem-widths',
  'expansion',
  'stages',
  'depth',
  'block',
  'stage-blocks',
];

/** Lists with a value a stage, as a spec has them. */
const stageLists = [
  { word: 'stage-blocks', lengthOf: ({ stageBlocks }: Spec) => stageBlocks.length },
  { word: 'strides', lengthOf: ({ strides }: Spec) => strides.length },
  { word: 'dilations', lengthOf: ({ dilations }: Spec) => dilations.length },
] as const;

function listRule({ word, lengthOf }: (typeof stageLists)[number]): Rule {
  return {
    name: `${word}-of-stages`,
    involves: [word, 'stages', 'depth'],
    check({ spec, report }) {
      const [stages, given] = [spec.stages.length, lengthOf(spec)];
      if (stages !== given) report('stage-list-mismatch', { list: word, stages, given });
    },
  };
}

export const blockRules: readonly Rule[] = [
  ...exclusions.map(exclusionRule),
  { name: 'channels-are-whole', involves: channelWords, check: checkDivisions },
  {
    name: 'sides-of-average',
    involves: ['anti-alias', 'input', 'stem', 'stem-pool', 'variant', 'strides', 'stages', 'depth'],
    check: checkEvenSides,
  },
  ...stageLists.map(listRule),
  {
    name: 'side-of-shortcut',
    involves: ['shortcut-kernel'],
    check({ spec, report }) {
      if (spec.shortcutKernel % 2 === 0) report('kernel-even', { side: spec.shortcutKernel });
    },
  },
];
