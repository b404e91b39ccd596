import type { Diagnosis, Finding } from './diagnose.ts';

/** A diagnosis in words. */
export interface DiagnosisText {
  /** What explains the caller's answer, in one or two sentences. */
  readonly verdict: string;
  /** What to do; empty where nothing is known. */
  readonly cures: readonly string[];
  /** How much the verdict is worth. */
  readonly evidence: string;
}

type Namer = (index: number) => string;

function describeMistakes({ mistakes }: Finding): string {
  const clauses = mistakes.join(', and ');
  return `${clauses.charAt(0).toUpperCase()}${clauses.slice(1)}`;
}

const verdicts: Readonly<
  Record<
    Diagnosis['verdict'],
    (diagnosis: Diagnosis, best: Finding | undefined, name: Namer) => string
  >
> = {
  right: ({ gotClass }, _, name) =>
    `The preprocessing of the spec gives the same answer, ${name(gotClass)}: nothing is wrong with yours.`,
  explained: ({ right }, best, name) =>
    `${best ? describeMistakes(best) : ''}. Done as the spec says, the answer is ${name(right.class)}.`,
  labels: ({ right, gotClass }, _, name) =>
    `The spec gives ${name(right.class)}, the neighbour of ${name(gotClass)}: the class numbers or the labels are probably shifted by one.`,
  near: (_, best) =>
    `Nothing known gives exactly this answer; nearest comes: ${best?.mistakes.join(', and ') ?? ''}.`,
  unexplained: ({ right, tried }, _, name) =>
    `None of ${tried} ways to prepare the picture gives this answer; the spec gives ${name(right.class)}. Weights, picture or engine are others.`,
};

function describeEvidence({ evidence, explaining, tried }: Diagnosis): string {
  if (evidence === 'logits') return 'Whole logits were compared: what fits them is what happened.';
  if (explaining <= 1)
    return 'A class alone was compared; whole logits (--got FILE.npy) are proof.';
  return `A class alone is weak evidence: ${explaining} of ${tried} ways lead to it. Whole logits (--got FILE.npy) tell them apart.`;
}

/** Words for a diagnosis; `labels` names classes where there are any. */
export function describeDiagnosis(
  diagnosis: Diagnosis,
  labels: readonly string[] = [],
): DiagnosisText {
  const name: Namer = (index) => {
    const label = labels[index];
    return label === undefined ? `class ${index}` : `class ${index} (${label})`;
  };
  const [best] = diagnosis.findings;
  const isBlamed = diagnosis.verdict === 'explained' || diagnosis.verdict === 'near';
  return {
    verdict: verdicts[diagnosis.verdict](diagnosis, best, name),
    cures: isBlamed ? (best?.cures ?? []) : [],
    evidence: describeEvidence(diagnosis),
  };
}
