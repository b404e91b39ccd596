import { join } from 'node:path';
import { classOutputOf, outputNames } from '../../codegen/architecture/output-names.ts';
import type { Value } from '../../codegen/ir/graph.ts';
import type { DataType } from '../../codegen/ir/types.ts';
import type { AdaptInputOptions } from '../../codegen/passes/adapt-input.ts';
import { outputFormOf } from '../../codegen/passes/adapt-output.ts';
import type { Tensor } from '../../engines/engine.ts';
import { readLabels } from '../images/labels.ts';
import { rulesOf } from '../images/preprocessing.ts';
import { asFields, numbersField } from '../io/outside-fields.ts';
import type { Reference } from '../language/spec.ts';
import { servedTensorOf } from '../server/metadata.ts';
import { artifactFiles } from './artifact-files.ts';
import { type InputPair, pairInput } from './input-pair.ts';
import type { Manifest } from './manifest.ts';
import { engineForModel } from './model-engine.ts';
import {
  answersOf,
  type Question,
  type RunImages,
  runInBatches,
  seededInputOf,
} from './question.ts';
import { recordedFiles, requireRecorded } from './recorded-files.ts';
import { answerFileOf, type ReferenceTensors, readGolden, readReference } from './reference.ts';
import type { ServedExpectation } from './served-expectation.ts';
import { inputNameOf } from './unfolded.ts';

export interface ExpectArtifactOptions {
  readonly reference?: Reference | undefined;
  /** A file with the input whose answer the manifest tells, in place of a reference of its own. */
  readonly golden?: string | undefined;
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
function createAsker(
  directory: string,
  { onnx, form: made }: Manifest,
  signal: AbortSignal | undefined,
) {
  const path = join(directory, artifactFiles.model);
  const [inputs, outputs] = [valuesOf(onnx.inputs), valuesOf(onnx.outputs)];
  const input = inputNameOf({ inputs });
  const names = outputs.map(({ name }) => name);
  const [batch] = onnx.inputs[0]?.shape ?? [];
  const fixed = typeof batch === 'number' ? batch : undefined;
  const askOf = async (pair: Omit<InputPair, 'exact'>, source: string): Promise<Question> => {
    const engine = await engineForModel(made).load(path);
    const run: RunImages = (images) => engine.run({ [input]: images }, signal);
    const asked = { images: pair.engine, outputs: names };
    const values = await runInBatches(run, asked, fixed).finally(engine.close);
    const answers = answersOf(outputs, undefined, (_name, index) => values[index] as Tensor);
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

/** What an artifact's folder says of a model on a server: its model.onnx answers here what the server should. Throws DiagnosticError, also where they are not what the manifest records. */
export async function expectArtifact(
  directory: string,
  manifest: Manifest,
  { reference, golden, signal }: ExpectArtifactOptions,
): Promise<ServedExpectation> {
  const { model, precision, labels, preprocessing } = manifest;
  await requireRecorded(recordedFiles(directory, manifest));
  const { inputs, outputs, askOf } = createAsker(directory, manifest, signal);
  const classes = Number(classOutputOf(outputs)?.type.shape.at(-1) ?? 0);
  const adaptation = adaptationOf(manifest);
  const { preprocess, input } = rulesOf(preprocessing);
  const { mean, std } = adaptation;
  const pair = (trained: Tensor): InputPair => pairInput(trained, adaptation);
  const trained = trainedOutputs(manifest, outputs);
  const ends = { inputs: [trainedValue(manifest)], outputs: trained };
  async function askTensors(
    told: readonly Value[],
    { input: pictures, answers: values }: ReferenceTensors,
    source: string,
  ): Promise<Question> {
    const { exact, ...paired } = pair(pictures);
    if (!exact) return await askOf(paired, 'the reference input');
    const form = outputFormOf({ outputs });
    const answers = answersOf(told, form, (_name, index) => values[index] as Tensor);
    return { ...paired, exact, answers, against: `the reference ${source}` };
  }
  async function askFiles(files: Reference): Promise<Question> {
    return await askTensors(trained, await readReference(ends, files), answerFileOf(files));
  }
  async function askGolden(file: string): Promise<Question> {
    const tensors = await readGolden(ends, file, manifest.reference);
    const told = trained.filter((output) => output === classOutputOf(trained));
    const place = `in ${join(directory, artifactFiles.manifest)}`;
    const which = told.length < trained.length ? `of ${told[0]?.name} ${place}` : place;
    return await askTensors(told, tensors, which);
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
    ask: () => (reference ? askFiles(reference) : golden ? askGolden(golden) : askSeeded()),
    askAbout: (pictures, source) => askOf(pair(pictures), source),
    close: () => undefined,
  };
}
