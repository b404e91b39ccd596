import { type HeadKind, mapWords } from '../../src/language/outputs.ts';

/** What a model answers: the last layer's outputs as they are, or their softmax. */
export const outputForms = ['logits', 'probabilities'] as const;

export type OutputForm = (typeof outputForms)[number];

/** What an output holds: one number a class, in one of two forms; a vector that is compared with others; or anything else that was computed. */
export type OutputKind = OutputForm | 'features' | 'embedding' | 'map';

/** Name of what a head makes; engines keep it, so that it tells what any of them answers. */
export const outputNames: Readonly<Record<Exclude<OutputKind, 'map'>, string>> = {
  logits: 'logits',
  probabilities: 'probabilities',
  features: 'features',
  embedding: 'embedding',
};

/** What a head makes as it was described. */
export const outputOfHead: Readonly<Record<HeadKind, keyof typeof outputNames>> = {
  logits: 'logits',
  softmax: 'probabilities',
  features: 'features',
  embedding: 'embedding',
};

const kindsByName: ReadonlyMap<string, OutputKind> = new Map([
  ...Object.values(outputOfHead).map((kind) => [outputNames[kind], kind] as const),
  ...mapWords.map((word) => [word, 'map'] as const),
]);

/** What an output of that name holds; of a name that rcc did not give, logits. */
export function outputKindOf(name: string): OutputKind {
  return kindsByName.get(name) ?? 'logits';
}

export function isOutputForm(kind: OutputKind): kind is OutputForm {
  return outputForms.some((form) => form === kind);
}

/** The output that tells classes; undefined: none does. */
export function classOutputOf<T extends { readonly name: string }>(
  outputs: readonly T[],
): T | undefined {
  return outputs.find(({ name }) => isOutputForm(outputKindOf(name)));
}
