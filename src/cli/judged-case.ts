import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/source.ts';

/** A file, and where in it. */
export interface Place {
  readonly path: string;
  readonly span?: Span | undefined;
}

/** `error`: it could not be judged. */
export type CaseVerdict = 'passed' | 'failed' | 'error' | 'skipped';

/** One thing that a command judged, as pipelines show it. */
export interface JudgedCase {
  /** What it belongs to: a spec's file, a list of layers, a device. */
  readonly group: string;
  /** Which one of the group: `digits fp16 batch 4`. */
  readonly name: string;
  readonly verdict: CaseVerdict;
  /** What was found, in a sentence. */
  readonly reason?: string | undefined;
  /** What is told of it. */
  readonly diagnostics: readonly Diagnostic[];
  /** Where its diagnostics belong that have no place of their own. */
  readonly place?: Place | undefined;
  /** How long it took to judge; of a latency the latency. */
  readonly timeMs?: number | undefined;
}

/** A case that failed where an error is told of it. */
export function judgedBy(diagnostics: readonly Diagnostic[]): CaseVerdict {
  return diagnostics.some(({ severity }) => severity === 'error') ? 'failed' : 'passed';
}
