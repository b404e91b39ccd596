import { referencePrecision } from '../../codegen/precisions.ts';
import type { Precision } from '../../engines/engine.ts';
import { topIndices } from '../../engines/ranking.ts';

/** Class of a picture that could not be read, or whose logits are NaN or infinite. */
export const noClass = -1;

/** What one precision answered, picture by picture in the order of evaluation. */
export interface PrecisionRecord {
  /** Most likely class, or `noClass`. */
  readonly top1: number[];
  /** 1 where the label is among the five most likely classes, else 0. */
  readonly top5: number[];
  /** Pictures with NaN or infinity among the logits. */
  notFinite: number;
  /** For pictures whose class is another than fp32's: how far fp32's logits of the two classes are apart. */
  readonly margins: Record<string, number>;
}

/** Sums for the standard deviation of all logits of fp32, by Welford's rule. */
export interface LogitSpread {
  count: number;
  mean: number;
  squares: number;
}

/** All that an evaluation keeps: a few numbers a picture, so that it can stop and go on. */
export interface EvalRecords {
  /** Pictures that are behind us, unreadable ones included. */
  done: number;
  readonly spread: LogitSpread;
  /** Pictures with a rotation in EXIF. */
  turned: number;
  unreadable: number;
  /** What is wrong with the first of them, one line each. */
  readonly problems: string[];
  readonly precisions: Partial<Record<Precision, PrecisionRecord>>;
}

export function createRecords(precisions: readonly Precision[]): EvalRecords {
  const empty = (): PrecisionRecord => ({ top1: [], top5: [], notFinite: 0, margins: {} });
  return {
    done: 0,
    spread: { count: 0, mean: 0, squares: 0 },
    turned: 0,
    unreadable: 0,
    problems: [],
    precisions: Object.fromEntries(precisions.map((precision) => [precision, empty()])),
  };
}

export function recordOf(records: EvalRecords, precision: Precision): PrecisionRecord {
  const record = records.precisions[precision];
  if (!record) throw new Error(`no records of ${precision}`);
  return record;
}

function addToSpread(spread: LogitSpread, logits: Float64Array): void {
  for (const logit of logits) {
    spread.count++;
    const delta = logit - spread.mean;
    spread.mean += delta / spread.count;
    spread.squares += delta * (logit - spread.mean);
  }
}

/** Standard deviation of all logits so far; 1 where there is none to speak of. */
export function spreadOf({ count, squares }: LogitSpread): number {
  return count > 0 && squares > 0 ? Math.sqrt(squares / count) : 1;
}

/** Logits of one picture, by precision. */
export type AnsweredLogits = ReadonlyMap<Precision, Float64Array>;

function addNoAnswer(record: PrecisionRecord): void {
  record.top1.push(noClass);
  record.top5.push(0);
}

/** Adds what every precision answered for one picture; what is NaN or infinite is no answer. */
export function addAnswers(records: EvalRecords, logits: AnsweredLogits, label: number): void {
  const answered = logits.get(referencePrecision);
  const reference = answered?.every(Number.isFinite) ? answered : undefined;
  if (reference) addToSpread(records.spread, reference);
  const referenceClass = reference && topIndices(reference, 1)[0];
  for (const [precision, values] of logits) {
    const record = recordOf(records, precision);
    if (!values.every(Number.isFinite)) {
      record.notFinite++;
      addNoAnswer(record);
      continue;
    }
    const top = topIndices(values, 5);
    const [top1 = 0] = top;
    record.top1.push(top1);
    record.top5.push(top.includes(label) ? 1 : 0);
    if (reference && referenceClass !== undefined && top1 !== referenceClass) {
      record.margins[records.done] = Number(reference[referenceClass]) - Number(reference[top1]);
    }
  }
  records.done++;
}

const maxProblems = 8;

export function addUnreadable(records: EvalRecords, problem: string): void {
  for (const record of Object.values(records.precisions)) {
    addNoAnswer(record);
  }
  if (records.problems.length < maxProblems) records.problems.push(problem);
  records.unreadable++;
  records.done++;
}
