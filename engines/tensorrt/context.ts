import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Value } from '../../codegen/ir/graph.ts';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import type { Span } from '../../src/diagnostics/source.ts';
import type { TensorrtIntent } from './intent.ts';
import type { TensorrtMachine } from './machine.ts';
import type { ModelFacts } from './model-facts.ts';

/** What an engine of this target is made with. */
export interface TensorrtEngineOptions {
  readonly machine: TensorrtMachine;
  readonly intent: TensorrtIntent;
  /** The graph's inputs and outputs, in the flavour that the plan names. */
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** Where timing caches, locks and durations are kept; see `defaultCacheDirectory`. */
  readonly cacheDirectory: string;
  /** The .rn line that a node of the ONNX file comes from. */
  locateNode?(node: string): Span | undefined;
  /** Is told every note and warning of planning and running, once each. */
  onNote?(note: Diagnostic): void;
}

/** `RCC_CACHE_DIR`, or `rcc` in XDG_CACHE_HOME, or in the home folder's `.cache`. */
export function defaultCacheDirectory(env: Readonly<Record<string, string | undefined>>): string {
  return env.RCC_CACHE_DIR ?? join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'rcc');
}

/** Name of what belongs to one release and GPU: `10.4.0-sm75-tesla-t4`. */
export function machineKey({ fullVersion, gpu }: TensorrtMachine): string {
  const name = (gpu.name.toLowerCase().match(/[a-z0-9]+/g) ?? []).join('-');
  return `${fullVersion}-sm${gpu.computeCapability.replace('.', '')}-${name}`;
}

/** What planning needs of the graph; paths become absolute, as a container needs them. */
export function modelFacts(
  { inputs, outputs }: Pick<TensorrtEngineOptions, 'inputs' | 'outputs'>,
  files: { readonly modelPath: string; readonly directory: string },
): ModelFacts {
  return {
    path: resolve(files.modelPath),
    directory: resolve(files.directory),
    inputs: inputs.map(({ name, type }) => ({ name, ...type })),
    outputs: outputs.map(({ name, type }) => ({ name, ...type })),
  };
}
