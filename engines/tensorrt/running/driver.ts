import { resolve } from 'node:path';
import type { Value } from '../../../codegen/ir/graph.ts';
import type { Engine } from '../../engine.ts';
import type { TensorFacts } from '../../model-facts.ts';
import { engineFile } from '../planning/plan.ts';
import { buildEngines } from './build.ts';
import type { TensorrtEngineOptions } from './context.ts';
import { measureEngine } from './measure.ts';
import { readModelBeside } from './read-model.ts';
import { runEngine } from './run.ts';

function valueFrom({ name, dataType, shape }: TensorFacts): Value {
  return { name, type: { dataType, shape } };
}

/** TensorRT through trtexec, on the machine that `inspectMachine` found. */
export function createTensorrtEngine(options: TensorrtEngineOptions): Engine {
  const [firstBatch] = options.intent.batches;
  return {
    fileName: engineFile(options.intent, firstBatch),
    build: (request) => buildEngines(options, request),
    run: (path, inputs, signal) => runEngine(options, path, inputs, signal),
    // trtexec loads the engine anew for each run: nothing is held in between.
    load: async (path) => {
      const model = await readModelBeside(resolve(path));
      return {
        inputs: model.inputs.map(valueFrom),
        outputs: model.outputs.map(valueFrom),
        run: (inputs, signal) => runEngine(options, path, inputs, signal),
        close: async () => {},
      };
    },
    measure: (path, request) => measureEngine(options, path, request),
  };
}
