import type { Engine } from '../../../engines/engine.ts';
import { createOnnxruntimeEngine } from '../../../engines/onnxruntime/engine.ts';
import type { ModelOptions } from '../options.ts';

/** An engine, and why this one. */
export interface ChosenTarget {
  /** Absent for target `onnx`: the graph is written, nothing is built. */
  readonly engine?: Engine;
  readonly reason: string;
}

/** The engine that the options ask for; `auto` says which it took and why. */
export function chooseTarget(options: Pick<ModelOptions, 'target' | 'threads'>): ChosenTarget {
  if (options.target === 'onnx')
    return { reason: 'onnx (asked for): the model is written, nothing is built' };
  const engine = createOnnxruntimeEngine(
    options.threads === undefined ? {} : { threads: options.threads },
  );
  return {
    engine,
    reason:
      options.target === 'auto'
        ? 'onnxruntime, on this machine’s processor'
        : 'onnxruntime (asked for)',
  };
}
