import { join } from 'node:path';
import { classOutputOf, outputNames } from '../../codegen/architecture/output-names.ts';
import type { Value } from '../../codegen/ir/graph.ts';
import type { DataType } from '../../codegen/ir/types.ts';
import type { AdaptInputOptions } from '../../codegen/passes/adapt-input.ts';
import { outputFormOf } from '../../codegen/passes/adapt-output.ts';
import type { Tensor } from '../../engines/engine.ts';
import { createOnnxruntimeEngine } from '../../engines/onnxruntime/engine.ts';
import { readLabels } from '../images/labels.ts';
import { rulesOf } from '../images/preprocessing.ts';
import { asFields, numbersField } from '../io/outside-fields.ts';
import type { Reference } from '../language/spec.ts';
import { servedTensorOf } from '../server/metadata.ts';
import { artifactFiles } from './artifact-files.ts';
import { type InputPair, pairInput } from './input-pair.ts';
import type { Manifest } from './manifest.ts';
import { answersOf, type Question, seededInputOf } from './question.ts';
import { answerFileOf, readReference } from './reference.ts';
import type { ServedExpectation } from './served-expectation.ts';
import { inputNameOf, pick } from './unfolded.ts';

export interface ExpectArtifactOptions {
  readonly reference?: Reference | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How the model reads pictures that are normalised already. Mean and std are the spec's: pixels come to a model that has its own. */
function adaptationOf({ form, spec }: Manifest): AdaptInputOptions {
  const preprocess = asFields(spec.resolved.preprocess) ?? {};
  return {
    form: form.input,
    mean: numbersField(preprocess, 'mean') ?? [],
    std: numbersField(preprocess, 'std') ?? [],
  };
}

/** Values of model.onnx as the manifest tells them: rcc wrote its types. */
function valuesOf(tensors: Manifest['onnx']['inputs']): readonly Value[] {
  return tensors.map(({ name, dataType, shape }) => ({
    name,
    type: { dataType: dataType as DataType, shape },
  }));
}

/** What the artifact's own model.onnx is asked and answers, on onnxruntime. */
function createAsker(directory: string, { onnx }: Manifest, signal: AbortSignal | undefined) {
  const path = join(directory, artifactFiles.model);
  const [inputs, outputs] = [valuesOf(onnx.inputs), valuesOf(onnx.outputs)];
  const askOf = async (pair: Omit<InputPair, 'exact'>, source: string): Promise<Question> => {
    const tensors = { [inputNameOf({ inputs })]: pair.engine };
    const values = await createOnnxruntimeEngine().run(path, tensors, signal);
    const answers = answersOf(outputs, undefined, (name) => pick(values, name));
    return { ...pair, exact: true, answers, against: `${path} on ${source}` };
  };
  return { inputs, outputs, askOf };
}

function trainedValue({ preprocessing: { input } }: Manifest): Value {
  const { channels, height, width } = input;
  return {
    name: 'input',
    type: { dataType: 'float32', shape: ['N', channels, height, width] },
  };
}

/** The outputs of the network as trained, whatever was made of them. */
function trainedOutputs({ spec }: Manifest, outputs: readonly Value[]): readonly Value[] {
  const form = spec.resolved.head === 'softmax' ? 'probabilities' : 'logits';
  const told = classOutputOf(outputs);
  return outputs.map((output) =>
    output === told ? { ...output, name: outputNames[form] } : output,
  );
}

/** What an artifact's folder says of a model on a server: its model.onnx answers here what the server should. Throws DiagnosticError. */
export async function expectArtifact(
  directory: string,
  manifest: Manifest,
  { reference, signal }: ExpectArtifactOptions,
): Promise<ServedExpectation> {
  const { model, precision, labels, preprocessing } = manifest;
  const { inputs, outputs, askOf } = createAsker(directory, manifest, signal);
  const classes = Number(classOutputOf(outputs)?.type.shape.at(-1) ?? 0);
  const adaptation = adaptationOf(manifest);
  const { preprocess, input } = rulesOf(preprocessing);
  const { mean, std } = adaptation;
  const pair = (trained: Tensor): InputPair => pairInput(trained, adaptation);
  async function askFiles(files: Reference): Promise<Question> {
    const trained = trainedOutputs(manifest, outputs);
    const ends = { inputs: [trainedValue(manifest)], outputs: trained };
    const { input: pictures, answers: values } = await readReference(ends, files);
    const { exact, ...paired } = pair(pictures);
    if (!exact) return await askOf(paired, 'the reference input');
    const form = outputFormOf({ outputs });
    const answers = answersOf(trained, form, (_name, index) => values[index] as Tensor);
    return { ...paired, exact, answers, against: `the reference ${answerFileOf(files)}` };
  }
  async function askSeeded(): Promise<Question> {
    const engine = seededInputOf({ inputs, outputs });
    return await askOf({ trained: engine, engine }, 'a seeded input');
  }
  return {
    model,
    precision,
    classes,
    inputs: inputs.map(servedTensorOf),
    outputs: outputs.map(servedTensorOf),
    labels: labels && (await readLabels(join(directory, labels.file), classes)).names,
    rules: { input, preprocess: { ...preprocess, mean, std } },
    ask: () => (reference ? askFiles(reference) : askSeeded()),
    askAbout: (pictures, source) => askOf(pair(pictures), source),
    close: () => undefined,
  };
}
