import { join } from 'node:path';
import { type OutputForm, outputOfHead } from '../../codegen/architecture/output-names.ts';
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
import { type Question, runInBatches, seededInputOf } from './question.ts';
import { recordedFiles, requireRecorded } from './recorded-files.ts';
import { type ReferenceTensors, readGolden, readReference } from './reference.ts';
import type { ServedExpectation } from './served-expectation.ts';
import { pick } from './unfolded.ts';

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
  const [batch] = onnx.inputs[0]?.shape ?? [];
  const fixed = typeof batch === 'number' ? batch : undefined;
  const names = { input: inputs[0]?.name ?? '', output: outputs[0]?.name ?? '' };
  const askOf = async (pair: Omit<InputPair, 'exact'>, source: string): Promise<Question> => {
    const engine = await engineForModel(made).load(path);
    const run = async (images: Tensor) =>
      pick(await engine.run({ [names.input]: images }, signal), names.output);
    const expected = await runInBatches(run, pair.engine, fixed).finally(engine.close);
    const form = outputFormOf({ outputs });
    const forms = { engine: form, expected: form };
    return { ...pair, exact: true, expected, outputs: forms, against: `${path} on ${source}` };
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

/** What the network as trained answers, whatever was made of it. */
function trainedOutput({ spec }: Manifest): OutputForm {
  return spec.resolved.head === 'softmax' ? outputOfHead.softmax : outputOfHead.logits;
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
  const classes = Number(outputs[0]?.type.shape.at(-1));
  const adaptation = adaptationOf(manifest);
  const { preprocess, input } = rulesOf(preprocessing);
  const { mean, std } = adaptation;
  const pair = (trained: Tensor): InputPair => pairInput(trained, adaptation);
  const ends = { inputs: [trainedValue(manifest)], outputs };
  const forms = { engine: outputFormOf({ outputs }), expected: trainedOutput(manifest) };
  async function askTensors(
    { input: pictures, logits: expected }: ReferenceTensors,
    source: string,
  ): Promise<Question> {
    const { exact, ...paired } = pair(pictures);
    if (!exact) return await askOf(paired, 'the reference input');
    return { ...paired, exact, expected, outputs: forms, against: `the reference ${source}` };
  }
  async function askFiles(files: Reference): Promise<Question> {
    return await askTensors(await readReference(ends, files), files.logits);
  }
  async function askGolden(file: string): Promise<Question> {
    const tensors = await readGolden(ends, file, manifest.reference);
    return await askTensors(tensors, `in ${join(directory, artifactFiles.manifest)}`);
  }
  async function askSeeded(): Promise<Question> {
    const engine = seededInputOf({ inputs });
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
