import type { InferenceSession } from 'onnxruntime-node';
import type { Value } from '../../codegen/ir/graph.ts';
import { fail } from '../../src/diagnostics/diagnostic.ts';
import { checkInputs } from '../check-inputs.ts';
import type { Tensor, Tensors } from '../engine.ts';
import { hasInt8Dot, kernelClassOf, type Processor } from '../processor.ts';
import { failFromRuntime } from './failures.ts';
import type { Optimization } from './optimization.ts';
import { type Runtime, runtimeName } from './runtime.ts';
import { type EngineStamp, readStamp } from './stamp.ts';
import { fromRuntime, toRuntime, valuesOf } from './tensors.ts';

/** Where sessions come from: the library and the processor that it runs on. */
export interface Host {
  readonly runtime: Runtime;
  readonly processor: Processor;
}

export interface SessionOptions {
  readonly threads: number;
  readonly optimization: Optimization;
  /** Whether threads that wait for each other keep their cores busy: faster, but nothing else gets done meanwhile. Default true. */
  readonly spinning?: boolean | undefined;
}

/** A model in memory, ready to run. */
export interface Session {
  readonly path: string;
  readonly threads: number;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly runtime: Runtime;
  readonly handle: InferenceSession;
}

type Feeds = InferenceSession.FeedsType;

export function stampOf({ runtime, processor }: Host): EngineStamp {
  return { runtime: runtimeName(runtime), processor: kernelClassOf(processor) };
}

/** Whether sums of 8-bit products have to be kept from saturating: without VNNI, x86 adds them in 16 bits. */
export function needsExactInt8(processor: Processor): boolean {
  return processor.architecture === 'x64' && !hasInt8Dot(processor);
}

/** onnxruntime's own options. */
export function runtimeOptions(
  { processor }: Host,
  { threads, optimization, spinning = true }: SessionOptions,
): InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    graphOptimizationLevel: optimization,
    // Its log goes to the terminal past us; errors are thrown as well.
    logSeverityLevel: 4,
    extra: {
      session: {
        intra_op: { allow_spinning: spinning ? '1' : '0' },
        x64quantprecision: needsExactInt8(processor) ? '1' : '0',
      },
    },
  };
}

/** An optimised model is loaded as it is; another processor or release would misread it. */
async function optimizationFor(
  path: string,
  host: Host,
  wanted: Optimization,
): Promise<Optimization> {
  const built = await readStamp(path);
  if (!built) return wanted;
  const here = stampOf(host);
  const text = ({ runtime, processor }: EngineStamp): string => `${runtime} on ${processor}`;
  if (text(built) !== text(here)) {
    fail('engine-of-another-machine', { path, built: text(built), here: text(here) });
  }
  return 'disabled';
}

/** Loads a model by its path: by bytes it would need twice the memory. Throws DiagnosticError. */
export async function openSession(
  path: string,
  host: Host,
  options: SessionOptions,
): Promise<Session> {
  const { runtime } = host;
  const optimization = await optimizationFor(path, host, options.optimization);
  try {
    const handle = await runtime.InferenceSession.create(
      path,
      runtimeOptions(host, { ...options, optimization }),
    );
    const inputs = valuesOf(handle.inputMetadata);
    const outputs = valuesOf(handle.outputMetadata);
    return { path, threads: options.threads, inputs, outputs, runtime, handle };
  } catch (error) {
    return failFromRuntime(error, { engine: runtimeName(runtime), path, doing: 'build' });
  }
}

/** Checks inputs against what the model declares and brings them into onnxruntime's form. */
export function createFeeds({ path, inputs, runtime }: Session, tensors: Tensors): Feeds {
  checkInputs(path, inputs, tensors);
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, toRuntime(runtime, tensor)]),
  );
}

export async function runFeeds(
  { path, runtime, handle }: Session,
  feeds: Feeds,
): Promise<InferenceSession.ReturnType> {
  try {
    return await handle.run(feeds);
  } catch (error) {
    return failFromRuntime(error, { engine: runtimeName(runtime), path, doing: 'run' });
  }
}

/** Runs one batch; keys are the names of inputs and outputs. */
export async function runSession(
  session: Session,
  tensors: Tensors,
  signal?: AbortSignal,
): Promise<Record<string, Tensor>> {
  signal?.throwIfAborted();
  const results = await runFeeds(session, createFeeds(session, tensors));
  return Object.fromEntries(
    Object.entries(results).map(([name, tensor]) => [name, fromRuntime(tensor)]),
  );
}

export async function closeSession({ handle }: Session): Promise<void> {
  await handle.release();
}
