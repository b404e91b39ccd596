import type { Value } from '../../codegen/ir/graph.ts';
import type { Shape } from '../../codegen/ir/types.ts';
import { type InputForm, inputForms } from '../../codegen/passes/adapt-input.ts';
import { runPasses } from '../../codegen/passes/pass.ts';
import { passesFor } from '../../codegen/passes/pipeline.ts';
import { readLabels } from '../images/labels.ts';
import { preprocessingOf } from '../images/preprocessing.ts';
import type { Reference, Spec } from '../language/spec.ts';
import { type ServedTensor, servedTensorOf } from '../server/metadata.ts';
import { pairInput } from './input-pair.ts';
import type { MakeOptions } from './model-options.ts';
import { preparePrecision } from './precision.ts';
import { askOn } from './question.ts';
import type { ServedExpectation } from './served-expectation.ts';
import { loadNetwork, type TrainedNetwork } from './trained-network.ts';
import { askNetwork } from './verify.ts';

function inputType(spec: Spec, form: InputForm): Value['type'] {
  const { layout, dataType, channels, height, width, alpha } = preprocessingOf(spec, form).input;
  const depth = alpha ? channels + 1 : channels;
  const shapes: Readonly<Record<typeof layout, Shape>> = {
    NCHW: ['N', depth, height, width],
    NHWC: ['N', height, width, depth],
  };
  return { dataType, shape: shapes[layout] };
}

/** The form of input that a server's model has; undefined: none that the spec's model may have. */
function formOf(spec: Spec, input: ServedTensor | undefined): InputForm | undefined {
  const [, ...sizes] = input?.shape ?? [];
  return inputForms.find((form) => {
    const expected = servedTensorOf({ name: '', type: inputType(spec, form) });
    const isSameShape = expected.shape.slice(1).join() === sizes.join();
    return expected.datatype === input?.datatype && isSameShape;
  });
}

export interface ExpectSpecOptions extends MakeOptions {
  /** As the server has it: the model of a spec may read any form. */
  readonly served: ServedTensor | undefined;
  /** In place of the spec's. */
  readonly reference?: Reference | undefined;
}

async function expectNetwork(
  network: TrainedNetwork,
  options: ExpectSpecOptions,
): Promise<ServedExpectation> {
  const { spec } = network;
  const { labels, classes, name: model, preprocess, input } = spec;
  const { target, signal, served, reference } = options;
  const inputForm = options.inputForm ?? formOf(spec, served);
  const prepared = await preparePrecision(network, { ...options, inputForm });
  const { graph } = runPasses(network.graph, passesFor(prepared.pipeline));
  return {
    model,
    precision: target.precision,
    classes,
    inputs: graph.inputs.map(servedTensorOf),
    outputs: graph.outputs.map(servedTensorOf),
    labels: labels === undefined ? undefined : (await readLabels(labels, classes)).names,
    rules: { preprocess, input },
    ask: () => askNetwork(network, prepared, { reference, signal }),
    askAbout: (pictures, source) =>
      askOn(network, pairInput(pictures, prepared.pipeline.input), source, { prepared, signal }),
    close: () => network.close(),
  };
}

/** What a spec with its weights says of a model on a server. Close it. Throws DiagnosticError. */
export async function expectSpec(
  spec: Spec,
  options: ExpectSpecOptions,
): Promise<ServedExpectation> {
  const network = await loadNetwork(spec, options);
  try {
    return await expectNetwork(network, options);
  } catch (error) {
    network.close();
    throw error;
  }
}
