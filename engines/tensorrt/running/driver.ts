import { resolve } from 'node:path';
import type { Value } from '../../../codegen/ir/graph.ts';
import { fail } from '../../../src/diagnostics/diagnostic.ts';
import type { BuildsOnly, Engine } from '../../engine.ts';
import type { TensorFacts } from '../../model-facts.ts';
import { acceptsOption } from '../planning/option-table.ts';
import { engineFile } from '../planning/plan.ts';
import { buildEngines } from './build.ts';
import type { TensorrtEngineOptions } from './context.ts';
import { measureEngine } from './measure.ts';
import { readModelBeside } from './read-model.ts';
import { runEngine } from './run.ts';

function valueFrom({ name, dataType, shape }: TensorFacts): Value {
  return { name, type: { dataType, shape } };
}

/** An engine without weights runs where trtexec can refit it only: elsewhere it would run, and its outputs and times would be of nothing. */
function stripped({ intent, machine }: TensorrtEngineOptions): BuildsOnly | undefined {
  const { release } = machine;
  if (!intent.stripWeights || acceptsOption(release, '--refitFromOnnx')) return undefined;
  const { version } = release;
  return {
    because: 'the engine has no weights until it is refitted',
    refuse: (doing) => fail('tensorrt-stripped-needs-refit', { doing, version }),
  };
}

/** TensorRT through trtexec, on the machine that `inspectMachine` found. */
export function createTensorrtEngine(options: TensorrtEngineOptions): Engine {
  const [firstBatch] = options.intent.batches;
  const buildsOnly = stripped(options);
  return {
    buildsOnly,
    fileName: engineFile(options.intent, firstBatch),
    build: (request) => buildEngines(options, request),
    run: async (path, inputs, signal) =>
      buildsOnly?.refuse('running') ?? runEngine(options, path, inputs, signal),
    // trtexec loads the engine anew for each run: nothing is held in between.
    load: async (path) => {
      buildsOnly?.refuse('running');
      const model = await readModelBeside(resolve(path));
      return {
        inputs: model.inputs.map(valueFrom),
        outputs: model.outputs.map(valueFrom),
        run: (inputs, signal) => runEngine(options, path, inputs, signal),
        close: async () => {},
      };
    },
    measure: async (path, request) =>
      buildsOnly?.refuse('timing') ?? measureEngine(options, path, request),
  };
}
