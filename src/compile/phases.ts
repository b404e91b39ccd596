import type { Graph } from '../../codegen/ir/graph.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';

/** The steps of a compilation, in order. */
export type PhaseName =
  | 'graph'
  | 'weights'
  | 'calibrate'
  | 'passes'
  | 'onnx'
  | 'engine'
  | 'audit'
  | 'verify'
  | 'ranges'
  | 'bisect'
  | 'timing';

/** Told what goes on; every function may be left out. */
export interface CompileListener {
  readonly onStart?: ((phase: PhaseName) => void) | undefined;
  readonly onFinish?: ((phase: PhaseName, detail: string, elapsedMs: number) => void) | undefined;
  readonly onNote?: ((diagnostic: Diagnostic) => void) | undefined;
  /** What the phase that runs is doing, in a few words. */
  readonly onProgress?: ((text: string) => void) | undefined;
  /** The graph as lowered (`lower`) and after each pass. */
  readonly onGraph?: ((after: string, graph: Graph) => void) | undefined;
}

/** A listener that is told notes in another form. */
export function withNotes(
  listener: CompileListener,
  change: (note: Diagnostic) => Diagnostic,
): CompileListener {
  return {
    onStart: (phase) => listener.onStart?.(phase),
    onFinish: (phase, detail, elapsedMs) => listener.onFinish?.(phase, detail, elapsedMs),
    onNote: (note) => listener.onNote?.(change(note)),
    onProgress: (text) => listener.onProgress?.(text),
    onGraph: (after, graph) => listener.onGraph?.(after, graph),
  };
}

/** Runs one phase and tells the listener; `detail` puts the outcome into a few words. */
export async function runPhase<T>(
  phase: PhaseName,
  listener: CompileListener | undefined,
  work: () => Promise<{ value: T; detail: string }>,
): Promise<T> {
  listener?.onStart?.(phase);
  const startedAt = performance.now();
  const { value, detail } = await work();
  listener?.onFinish?.(phase, detail, performance.now() - startedAt);
  return value;
}
