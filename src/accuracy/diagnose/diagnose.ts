import { setImmediate as nextTurn } from 'node:timers/promises';
import { referencePrecision } from '../../../codegen/precisions.ts';
import type { LoadedEngine } from '../../../engines/engine.ts';
import { fail } from '../../diagnostics/diagnostic.ts';
import { decodePicture } from '../../images/decode.ts';
import { placePicture } from '../../images/geometry.ts';
import type { PictureRules } from '../../images/prepared-images.ts';
import { sizeText } from '../../images/raster.ts';
import { firstClass, type GotAnswer, probabilitiesOf, relativeDistance } from './answer.ts';
import {
  type Hypothesis,
  knownMistakes,
  NumberMaker,
  pairHypotheses,
  singleHypotheses,
} from './hypotheses.ts';
import type { Mistake, Setting } from './mistake.ts';
import { createNumberRunner, type NumberRunner } from './number-runner.ts';

export interface DiagnoseOptions extends PictureRules {
  /** Names the model in diagnostics. */
  readonly model: string;
  readonly classes: number;
  readonly signal?: AbortSignal | undefined;
  /** Hypotheses done and their number, as far as it is known. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** What the network answers under a hypothesis, against what the caller got. */
export interface Finding {
  /** Stable names of the mistakes; empty: the preprocessing of the spec. */
  readonly ids: readonly string[];
  /** What was done, one clause a mistake. */
  readonly mistakes: readonly string[];
  readonly cures: readonly string[];
  /** Most likely class. */
  readonly class: number;
  /** Probability of the caller's class. */
  readonly probability: number;
  /** Distance from the caller's logits, in their standard deviations; absent where a class alone is given. */
  readonly distance?: number;
  /** Whether the network would have answered what the caller got. */
  readonly explains: boolean;
}

export interface Diagnosis {
  readonly file: string;
  readonly gotClass: number;
  /** Whether whole logits were compared, which is proof, or a class only, which many mistakes may lead to. */
  readonly evidence: 'logits' | 'class';
  /**
   * `right`: the preprocessing of the spec gives the caller's answer. `explained`: a mistake does. `labels`: the answer is the neighbour of the right
   * class. `near`: a mistake comes near the answer, and the spec does not. `unexplained`: nothing known does.
   */
  readonly verdict: 'right' | 'explained' | 'labels' | 'near' | 'unexplained';
  /** The preprocessing of the spec. */
  readonly right: Finding;
  /** Mistakes, best explanation first, at most 10. */
  readonly findings: readonly Finding[];
  /** Hypotheses that were tried. */
  readonly tried: number;
  /** How many of them give the caller's answer. */
  readonly explaining: number;
}

/** Two frameworks that decode and resize alike differ by less; the mistakes that are tried, by far more. */
const sameAnswer = 0.02;
/** An answer as near as this has little else wrong with it. */
const nearAnswer = 0.1;
const maxFindings = 10;

function judge(
  { mistakes }: Pick<Hypothesis, 'mistakes'>,
  answer: Float64Array,
  got: GotAnswer,
): Finding {
  const gotClass = got.kind === 'class' ? got.class : firstClass(got.values);
  const answered = firstClass(answer);
  const distance = got.kind === 'logits' ? relativeDistance(answer, got.values) : undefined;
  return {
    ids: mistakes.map(({ id }) => id),
    mistakes: mistakes.map(({ what }) => what),
    cures: mistakes.map(({ cure }) => cure),
    class: answered,
    probability: probabilitiesOf(answer)[gotClass] ?? 0,
    ...(distance === undefined ? {} : { distance }),
    explains: distance === undefined ? answered === gotClass : distance <= sameAnswer,
  };
}

/** Runs hypotheses in batches and judges them as they come; undefined: the network answers NaN or infinity, which nobody got. */
async function judgeAll(
  hypotheses: Iterable<Hypothesis>,
  {
    runner,
    got,
    options,
    total,
  }: {
    readonly runner: NumberRunner;
    readonly got: GotAnswer;
    readonly options: DiagnoseOptions;
    readonly total: number;
  },
): Promise<readonly (Finding | undefined)[]> {
  const findings: (Finding | undefined)[] = [];
  let batch: Hypothesis[] = [];
  const flush = async () => {
    await nextTurn();
    const answers = await runner.run(
      batch.map(({ numbers }) => numbers),
      options.signal,
    );
    for (const [index, hypothesis] of batch.entries()) {
      const answer = answers[index] as Float64Array;
      findings.push(answer.every(Number.isFinite) ? judge(hypothesis, answer, got) : undefined);
    }
    batch = [];
    options.onProgress?.(findings.length, Math.max(total, findings.length));
  };
  for (const hypothesis of hypotheses) {
    batch.push(hypothesis);
    if (batch.length === runner.batch) await flush();
  }
  if (batch.length > 0) await flush();
  return findings;
}

/** Best first: what explains before what does not, then the nearest, then the order in which mistakes are known. */
function rank(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted(
    (a, b) =>
      Number(b.explains) - Number(a.explains) ||
      (a.distance ?? 0) - (b.distance ?? 0) ||
      (a.explains ? 0 : b.probability - a.probability),
  );
}

function isNeighbour(right: Finding, got: GotAnswer): boolean {
  return got.kind === 'class' && Math.abs(right.class - got.class) === 1;
}

function verdictOf(
  right: Finding,
  best: Finding | undefined,
  got: GotAnswer,
): Diagnosis['verdict'] {
  if (right.explains) return 'right';
  if (best?.explains) return 'explained';
  if (isNeighbour(right, got)) return 'labels';
  const isNear = (best?.distance ?? Number.POSITIVE_INFINITY) <= nearAnswer;
  return isNear && (right.distance ?? 0) > nearAnswer ? 'near' : 'unexplained';
}

async function createSetting(
  bytes: Uint8Array,
  file: string,
  { preprocess, input }: DiagnoseOptions,
): Promise<Setting> {
  const picture = await decodePicture(bytes, file);
  const upright =
    picture.orientation === 1 ? undefined : await decodePicture(bytes, file, { upright: true });
  const { window } = placePicture(picture, preprocess);
  if (window.width !== input.width || window.height !== input.height) {
    fail('image-size', { file, size: sizeText(window), input: sizeText(input) });
  }
  return { picture, ...(upright ? { upright } : {}), preprocess, input };
}

function countPairs(mistakes: readonly Mistake[]): number {
  return mistakes.reduce(
    (sum, first, index) =>
      sum + mistakes.slice(index + 1).filter((second) => second.step !== first.step).length,
    0,
  );
}

/**
 * Which mistake of preprocessing explains a wrong answer: makes each that is known with the caller's picture, and asks the engine, which must be fp32. `bytes`
 * is the picture's file. Throws DiagnosticError where the picture is unreadable or the engine does not fit.
 */
export async function diagnose(
  { bytes, file }: { readonly bytes: Uint8Array; readonly file: string },
  got: GotAnswer,
  engine: LoadedEngine,
  options: DiagnoseOptions,
): Promise<Diagnosis> {
  const setting = await createSetting(bytes, file, options);
  const runner = createNumberRunner(engine, options);
  const maker = new NumberMaker(setting);
  const numbers = maker.make([]);
  if (!numbers) fail('network-not-for-pictures', { channels: options.input.channels });
  const mistakes = knownMistakes(setting);
  const context = { runner, got, options };
  const [right] = await judgeAll([{ mistakes: [], numbers }], { ...context, total: 1 });
  if (!right) {
    const extent = `for '${file}', prepared as the spec says`;
    fail('outputs-not-finite', { model: options.model, precision: referencePrecision, extent });
  }
  const singles = await judgeAll(singleHypotheses(maker, mistakes, numbers), {
    ...context,
    total: mistakes.length,
  });
  // A class that two mistakes lead to is weaker evidence than one that is counted from 1.
  const isSettled =
    right.explains || singles.some((each) => each?.explains) || isNeighbour(right, got);
  const pairs = isSettled
    ? []
    : await judgeAll(pairHypotheses(maker, mistakes), {
        ...context,
        total: countPairs(mistakes),
      });
  const judged = [...singles, ...pairs];
  const ranked = rank(judged.filter((finding) => finding !== undefined));
  const gotClass = got.kind === 'class' ? got.class : firstClass(got.values);
  return {
    file,
    gotClass,
    evidence: got.kind,
    verdict: verdictOf(right, ranked[0], got),
    right,
    findings: ranked.slice(0, maxFindings),
    tried: judged.length + 1,
    explaining: [right, ...ranked].filter(({ explains }) => explains).length,
  };
}
