import { greatest } from '../collections/extremes.ts';
import { innerChannels, outputChannels } from './channels.ts';
import { depths } from './depths.ts';
import { limits } from './property.ts';
import type { Rule, RuleContext } from './rule.ts';
import { blockRules } from './rules-blocks.ts';
import { outputRules } from './rules-outputs.ts';
import { preprocessRules } from './rules-preprocess.ts';
import type { Spec } from './spec.ts';
import { stemConvs, variants } from './variants.ts';

function list(numbers: readonly number[]): string {
  return `[${numbers.join(', ')}]`;
}

/** How often the network halves its sides: the stem's first convolution unless it is conv3, what stands behind the stem, each stage as its stride says. */
function halvingsOf({ stem, stemPool, strides }: Spec): number {
  const halves = [stem !== 'conv3', stemPool !== 'none', ...strides.map((stride) => stride === 2)];
  return halves.filter(Boolean).length;
}

function checkInputSide({ spec, report }: RuleContext): void {
  const { height, width } = spec.input;
  const halvings = halvingsOf(spec);
  const least = 2 ** halvings;
  if (Math.min(height, width) >= least) return;
  report('input-too-small', { input: `${height}x${width}`, least, halvings });
}

/** Channels on both sides of each stage: its input, and what its blocks put out. */
function stageChannels(spec: Spec) {
  return spec.stages.map((_, index) => ({
    stage: index + 1,
    from: index === 0 ? (spec.stemWidths.at(-1) ?? 0) : outputChannels(spec, index - 1),
    to: outputChannels(spec, index),
  }));
}

function checkPadShortcut({ spec, report }: RuleContext): void {
  if (spec.shortcut !== 'pad') return;
  const impossible = stageChannels(spec).find(({ from, to }) => to < from || (to - from) % 2 !== 0);
  if (impossible) report('pad-shortcut-channels', impossible);
}

function checkGroups({ spec, isOwn, report }: RuleContext): void {
  const basic = (['groups', 'group-width'] as const).filter(
    (property) => spec.stageBlocks.every((kind) => kind === 'basic') && isOwn(property),
  );
  for (const property of basic)
    report('property-without-effect', { property, reason: 'a basic block has no groups' });
  const narrow = spec.widths.find((_, stage) => innerChannels(spec, stage) < 1);
  if (narrow !== undefined)
    report('group-without-channels', { width: narrow, groupWidth: spec.groupWidth });
}

function checkTotals({ spec, report }: RuleContext): void {
  const blocks = spec.stages.reduce((sum, stage) => sum + stage, 0);
  if (blocks > limits.blocks)
    report('number-out-of-range', {
      name: 'The number of blocks',
      value: String(blocks),
      least: 1,
      most: limits.blocks,
    });
}

function checkOutputChannels({ spec, report }: RuleContext): void {
  const channels = greatest(spec.widths) * spec.expansion;
  if (channels > limits.channels)
    report('number-out-of-range', {
      name: 'The largest width times the expansion',
      value: String(channels),
      least: 1,
      most: limits.channels,
    });
}

/** A variant that a model gives, though its base says apart what the variant stands for, and says otherwise. */
function checkVariantEffect({ spec, given, isOwn, report }: RuleContext): void {
  const variant = given('variant');
  if (!variant || !isOwn('variant')) return;
  const meant = variants[variant];
  const overridden = (['stem', 'shortcut'] as const).filter(
    (part) => given(part) !== undefined && !isOwn(part) && spec[part] !== meant[part],
  );
  for (const part of overridden)
    report('property-without-effect', {
      property: `variant ${variant}`,
      reason: `the base says \`${part} ${spec[part]}\`, which overrides what the variant stands for`,
    });
}

function checkFirstShortcutEffect({ spec, given, isOwn, report }: RuleContext): void {
  if (given('first-shortcut') !== 'identity' || !isOwn('first-shortcut')) return;
  const [first] = stageChannels(spec);
  if (spec.shortcut === 'pad' || !first || first.from === first.to) return;
  report('property-without-effect', {
    property: 'first-shortcut identity',
    reason: `stage 1 turns ${first.from} channels into ${first.to}, so its first shortcut is projected in any case`,
  });
}

const referenceFiles = ['reference.input', 'reference.logits', 'reference.outputs'] as const;

function checkWholeReference({ given, report }: RuleContext): void {
  const [input, ...answers] = referenceFiles.map((file) => given(file) !== undefined);
  if (input !== answers.includes(true))
    report('incomplete-reference', {
      missing: input ? 'logits' : 'input',
      given: input ? 'input' : answers[0] ? 'logits' : 'outputs',
    });
}

/** Every rule that looks at more than one property, in the order in which it is checked. */
export const rules: readonly Rule[] = [
  {
    name: 'depth-or-stages',
    involves: ['depth', 'stages'],
    needsWhole: true,
    check({ spec, given, report }) {
      if (given('depth') === undefined && given('stages') === undefined)
        report('missing-depth', { model: spec.name });
    },
  },
  {
    name: 'block-of-stages',
    involves: ['stages', 'depth', 'block'],
    needsWhole: true,
    check({ spec, given, report }) {
      if (given('depth') === undefined && given('stages') && given('block') === undefined)
        report('missing-block', { model: spec.name });
    },
  },
  {
    name: 'stages-of-depth',
    involves: ['stages', 'depth'],
    check({ spec, report }) {
      const expected = spec.depth === undefined ? undefined : depths.get(spec.depth)?.stages;
      if (spec.depth !== undefined && expected && list(expected) !== list(spec.stages))
        report('stages-contradict-depth', {
          depth: spec.depth,
          stages: list(spec.stages),
          expected: list(expected),
        });
    },
  },
  {
    name: 'block-of-depth',
    involves: ['block', 'depth'],
    check({ spec, report }) {
      const expected = spec.depth === undefined ? undefined : depths.get(spec.depth)?.block;
      if (spec.depth !== undefined && expected && expected !== spec.block)
        report('block-contradicts-depth', { depth: spec.depth, block: spec.block, expected });
    },
  },
  { name: 'blocks-in-all', involves: ['stages'], check: checkTotals },
  {
    name: 'width-of-stages',
    involves: ['widths', 'stages', 'depth'],
    check({ spec, given, report }) {
      const [stages, widths] = [spec.stages.length, spec.widths.length];
      if (stages !== widths)
        report('widths-mismatch', { stages, widths, given: given('widths') !== undefined });
    },
  },
  {
    name: 'channels-of-groups',
    involves: ['groups', 'group-width', 'widths', 'stages', 'depth', 'block'],
    check: checkGroups,
  },
  {
    name: 'expansion-of-block',
    involves: ['expansion', 'block', 'depth', 'stages'],
    check({ spec, report }) {
      if (spec.block === 'basic' && spec.expansion !== 1)
        report('expansion-of-basic', { expansion: spec.expansion });
    },
  },
  { name: 'output-channels', involves: ['widths', 'expansion'], check: checkOutputChannels },
  {
    name: 'widths-of-stem',
    involves: ['stem-widths', 'stem', 'variant'],
    check({ spec, report }) {
      const [expected, given] = [stemConvs[spec.stem], spec.stemWidths.length];
      if (expected !== given) report('stem-widths-mismatch', { stem: spec.stem, expected, given });
    },
  },
  {
    name: 'input-side',
    involves: ['input', 'stages', 'strides', 'depth', 'stem', 'stem-pool', 'variant'],
    check: checkInputSide,
  },
  {
    name: 'channels-of-pad',
    involves: ['shortcut', 'widths', 'stem-widths', 'expansion', 'stages', 'depth', 'block'],
    check: checkPadShortcut,
  },
  {
    name: 'first-shortcut-of-pad',
    involves: ['first-shortcut', 'shortcut'],
    check({ spec, given, report }) {
      if (spec.shortcut === 'pad' && given('first-shortcut') === 'projection')
        report('pad-shortcut-projects', {});
    },
  },
  ...blockRules,
  ...outputRules,
  ...preprocessRules,
  {
    name: 'accuracy-order',
    involves: ['expect.top5', 'expect.top1'],
    check({ spec: { expect }, report }) {
      if (expect.top1 && expect.top5 && expect.top5.value < expect.top1.value)
        report('accuracy-order', { top1: expect.top1.text, top5: expect.top5.text });
    },
  },
  {
    name: 'whole-reference',
    involves: ['reference.input', 'reference.logits', 'reference.outputs'],
    needsWhole: true,
    check: checkWholeReference,
  },
  {
    name: 'reference-of-weights',
    involves: ['weights', ...referenceFiles],
    check({ spec, base, isOwn, report }) {
      const inherits = spec.reference && !referenceFiles.some(isOwn);
      if (base !== undefined && inherits && isOwn('weights'))
        report('inherited-reference', { model: spec.name, base });
    },
  },
  {
    name: 'effect-of-stride',
    involves: ['stride', 'block', 'depth'],
    check({ spec, isOwn, report }) {
      if (isOwn('stride') && spec.block === 'basic')
        report('property-without-effect', {
          property: 'stride',
          reason: 'a basic block always has its stride in its first convolution',
        });
    },
  },
  {
    name: 'effect-of-variant',
    involves: ['variant', 'stem', 'shortcut'],
    check: checkVariantEffect,
  },
  {
    name: 'effect-of-first-shortcut',
    involves: ['first-shortcut', 'stages', 'depth', 'widths', 'stem-widths', 'expansion', 'block'],
    check: checkFirstShortcutEffect,
  },
];
