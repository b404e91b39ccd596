import type { Head, Spec } from './spec.ts';

/** Last maps of stage 1, 2, …, by the names of detectors: a map of c2 is a quarter of the picture high. */
export const mapWords = ['c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8', 'c9'] as const;

/** Values that may leave a network: maps, and the answer of its head. */
export const outputWords = [...mapWords, 'answer'] as const;
export type OutputWord = (typeof outputWords)[number];

/** The stage, counted from 0, whose last map a word means; undefined: the head. */
export function stageOfOutput(word: OutputWord): number | undefined {
  const stage = (mapWords as readonly OutputWord[]).indexOf(word);
  return stage < 0 ? undefined : stage;
}

export type HeadKind = Extract<Head, string> | 'embedding';

export function headKindOf(head: Head): HeadKind {
  return typeof head === 'string' ? head : head.kind;
}

/** As a .rn file has it. */
export function headText(head: Head): string {
  if (typeof head === 'string') return head;
  return head.size === undefined ? head.kind : `${head.kind} ${head.size}`;
}

export function hasHead({ outputs }: Pick<Spec, 'outputs'>): boolean {
  return outputs.includes('answer');
}

/** Whether a network tells classes: a linear layer to them is in it. */
export function tellsClasses(spec: Pick<Spec, 'outputs' | 'head'>): boolean {
  const kind = headKindOf(spec.head);
  return hasHead(spec) && (kind === 'logits' || kind === 'softmax');
}

/** Stages that a network computes: those that its outputs need. */
export function stagesNeeded({ outputs, stages }: Pick<Spec, 'outputs' | 'stages'>): number {
  const needed = outputs.map((word) => (stageOfOutput(word) ?? stages.length - 1) + 1);
  return needed.reduce((most, stage) => Math.max(most, stage), 0);
}
