import type { HeadKind } from '../../src/language/spec.ts';

/** What a model answers: the last layer's outputs as they are, or their softmax. */
export const outputForms = ['logits', 'probabilities'] as const;

export type OutputForm = (typeof outputForms)[number];

/** Name of a graph's output by its form; engines keep it, so that it tells the form of any of them. */
export const outputNames: Readonly<Record<OutputForm, string>> = {
  logits: 'logits',
  probabilities: 'probabilities',
};

/** The form in which a network was described. */
export const outputOfHead: Readonly<Record<HeadKind, OutputForm>> = {
  logits: 'logits',
  softmax: 'probabilities',
};
