import type { Engine } from '../engine.ts';
import { buildEngines } from './build.ts';
import type { TensorrtEngineOptions } from './context.ts';
import { measureEngine } from './measure.ts';
import { engineFile } from './plan.ts';
import { runEngine } from './run.ts';

/** TensorRT through trtexec, on the machine that `inspectMachine` found. */
export function createTensorrtEngine(options: TensorrtEngineOptions): Engine {
  const [firstBatch] = options.intent.batches;
  return {
    target: 'tensorrt',
    fileName: engineFile(options.intent, firstBatch),
    build: (request) => buildEngines(options, request),
    run: (path, inputs, signal) => runEngine(options, path, inputs, signal),
    // trtexec loads the engine anew for each run: nothing is held in between.
    load: async (path) => ({
      inputs: options.inputs,
      outputs: options.outputs,
      run: (inputs, signal) => runEngine(options, path, inputs, signal),
      close: async () => {},
    }),
    measure: (path, precision, request) => measureEngine(options, path, precision, request),
  };
}
