import { type Precision, referencePrecision } from '../../codegen/precisions.ts';
import type { Engine, LoadedEngine } from '../engine.ts';
import { describeProcessor } from '../processor.ts';
import { buildEngine, engineFileName } from './build.ts';
import { measureModel } from './measure.ts';
import type { Optimization } from './optimization.ts';
import { loadRuntime } from './runtime.ts';
import { closeSession, type Host, openSession, runSession } from './session.ts';

export interface OnnxruntimeOptions {
  /** Threads of a run. Default: as many as there are cores to use; `measure` finds the fastest count. */
  readonly threads?: number | undefined;
  /** Of the models that are measured; default fp32. */
  readonly precision?: Precision | undefined;
  /** What is done to models that are not built engines; default `all`. `disabled` computes them node by node, as a reference. */
  readonly optimization?: Optimization | undefined;
  /** See SessionOptions; `measure` always spins. */
  readonly spinning?: boolean | undefined;
}

/**
 * The embedded engine: onnxruntime on the processor of this machine. Loads, runs and measures engines that it built and any ONNX file.
 * Runs of onnxruntime block this thread; signals are looked at between them.
 */
export function createOnnxruntimeEngine(options: OnnxruntimeOptions = {}): Engine {
  const { threads, optimization = 'all', spinning, precision = referencePrecision } = options;
  let host: Promise<Host> | undefined;
  const findHost = (): Promise<Host> => {
    host ??= (async () => ({
      runtime: await loadRuntime(),
      processor: await describeProcessor(),
    }))();
    return host;
  };

  async function load(path: string): Promise<LoadedEngine> {
    const here = await findHost();
    const session = await openSession(path, here, {
      threads: threads ?? here.processor.usableCores,
      optimization,
      spinning,
    });
    return {
      inputs: session.inputs,
      outputs: session.outputs,
      run: (inputs, signal) => runSession(session, inputs, signal),
      close: () => closeSession(session),
    };
  }

  return {
    fileName: engineFileName,
    build: async (request) => await buildEngine(request, await findHost()),
    load,
    async run(path, inputs, signal) {
      signal?.throwIfAborted();
      const engine = await load(path);
      try {
        return await engine.run(inputs, signal);
      } finally {
        await engine.close();
      }
    },
    async measure(path, request) {
      request.signal?.throwIfAborted();
      const settings = { threads, optimization, precision };
      return await measureModel(path, request, { host: await findHost(), settings });
    },
  };
}
