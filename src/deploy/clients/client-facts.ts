import type { Manifest } from '../../compile/manifest.ts';
import { runsNodeByNode } from '../../compile/model-engine.ts';
import { requireClassOutput } from '../../compile/require-classes.ts';
import type { Preprocessing } from '../../images/preprocessing-schema.ts';
import { labelsFile, modelFile } from '../artifact-parts.ts';
import type { DeployedFile, DeployRequest } from '../destination.ts';
import { oneArtifact } from '../one-artifact.ts';

/** All that a client's text depends on. */
export interface ClientFacts extends Preprocessing {
  readonly model: string;
  readonly inputName: string;
  readonly outputName: string;
  /** Pictures that the model takes at once; undefined: any number. */
  readonly batch: number | undefined;
  readonly hasLabels: boolean;
  /** Whether the output is logits, of which the client makes probabilities. */
  readonly isLogits: boolean;
  /** onnxruntime's optimiser computes float16 quantisers wrongly: nodes are to run as they stand. */
  readonly runsNodeByNode: boolean;
}

function factsOf(manifest: Manifest): ClientFacts {
  const { model, precision, form, labels, onnx, preprocessing } = manifest;
  const output = requireClassOutput(manifest, 'A client');
  const [input] = onnx.inputs;
  if (!input) throw new Error('a model has an input');
  const [batch] = input.shape;
  return {
    ...preprocessing,
    model: `${model} (${precision})`,
    inputName: input.name,
    outputName: output.name,
    batch: typeof batch === 'number' ? batch : undefined,
    hasLabels: labels !== undefined,
    isLogits: output.name === 'logits',
    runsNodeByNode: runsNodeByNode(form),
  };
}

/** Files of a client that stands alone: its text, the model and the labels. */
export function clientFiles(
  request: DeployRequest,
  path: string,
  print: (facts: ClientFacts) => string,
): { readonly facts: ClientFacts; readonly files: readonly DeployedFile[] } {
  const artifact = oneArtifact(request);
  const facts = factsOf(artifact.manifest);
  const text = print(facts);
  return { facts, files: [modelFile(artifact), ...labelsFile(artifact), { path, text }] };
}
