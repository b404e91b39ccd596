/* What must hold between the head of a network, its outputs, and the words that speak of classes. */
import { hasHead, headKindOf, mapWords, stageOfOutput, tellsClasses } from './outputs.ts';
import type { Rule, RuleContext } from './rule.ts';

function checkStages({ spec: { outputs, stages }, report }: RuleContext): void {
  const lacking = outputs.find((word) => (stageOfOutput(word) ?? 0) >= stages.length);
  const known = [...mapWords.slice(0, stages.length), 'answer'];
  if (lacking) report('output-of-no-stage', { output: lacking, stages: stages.length, known });
  const repeated = outputs.find((word, index) => outputs.indexOf(word) < index);
  if (repeated) report('output-repeated', { output: repeated });
}

/** Words that speak of the head, where no output is its. */
function checkHeadEffect({ spec, isOwn, report }: RuleContext): void {
  if (hasHead(spec)) return;
  const reason = `no output is the head's (outputs [${spec.outputs.join(', ')}])`;
  for (const property of (['head', 'pool'] as const).filter((name) => isOwn(name)))
    report('property-without-effect', { property, reason });
}

function checkClassesEffect({ spec, isOwn, report }: RuleContext): void {
  if (tellsClasses(spec)) return;
  const what = hasHead(spec) ? `head ${headKindOf(spec.head)}` : 'a network without a head';
  const idle = (['classes', 'labels', 'expect.top1', 'expect.top5'] as const).filter((name) =>
    isOwn(name),
  );
  for (const property of idle)
    report('property-without-effect', { property, reason: `${what} tells no classes` });
}

function checkReferenceWord({ spec, given, report }: RuleContext): void {
  if (given('reference.logits') === undefined) return;
  if (given('reference.outputs') !== undefined) report('reference-twice', {});
  else if (!tellsClasses(spec)) report('reference-logits-of-features', { model: spec.name });
}

export const outputRules: readonly Rule[] = [
  { name: 'outputs-of-stages', involves: ['outputs', 'stages', 'depth'], check: checkStages },
  { name: 'effect-of-head', involves: ['outputs', 'head', 'pool'], check: checkHeadEffect },
  {
    name: 'effect-of-classes',
    involves: ['outputs', 'head', 'classes', 'labels', 'expect.top1', 'expect.top5'],
    check: checkClassesEffect,
  },
  {
    name: 'word-of-reference',
    involves: ['outputs', 'head', 'reference.logits', 'reference.outputs'],
    check: checkReferenceWord,
  },
];
