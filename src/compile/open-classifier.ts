import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine, EngineFile } from '../../engines/engine.ts';
import type { Classifier } from '../accuracy/classify.ts';
import { readLabels } from '../images/labels.ts';
import { rulesOf } from '../images/preprocessing.ts';
import type { Spec } from '../language/spec.ts';
import { artifactFiles } from './artifact-files.ts';
import { requireTrainedWeights } from './evaluate.ts';
import { loadEngine } from './load-engine.ts';
import type { Manifest } from './manifest.ts';
import { engineForModel } from './model-engine.ts';
import type { ModelOptions } from './model-options.ts';
import { recordedFiles, requireRecorded } from './recorded-files.ts';
import { requireClasses, requireClassOutput } from './require-classes.ts';

/** A classifier that holds an engine; close it. */
export interface OpenClassifier extends Classifier {
  close(): Promise<void>;
}

/** Whether a path is the folder of an artifact. */
export function isArtifact(path: string): boolean {
  return existsSync(join(path, artifactFiles.manifest));
}

function takes({ batches }: EngineFile, batch: number): boolean {
  return batches === 'any' || (batch >= batches.min && batch <= batches.max);
}

/** The built file for so many pictures at once; undefined: the model itself, on onnxruntime, where nothing was built. */
function builtFile({ engines }: Manifest, batch: number): Manifest['engines'][number] | undefined {
  return engines.find((each) => takes(each, batch)) ?? engines[0];
}

const doing = 'rcc classify';

function classesOf(manifest: Manifest): number {
  return Number(requireClassOutput(manifest, doing).shape.at(-1));
}

/** An artifact's engine with the labels and the preprocessing that lie with it. Throws DiagnosticError where it does not run here, or is not what the manifest records. */
export async function openArtifact(
  directory: string,
  manifest: Manifest,
  { engine: own, batch }: { readonly engine: Engine | undefined; readonly batch: number },
): Promise<OpenClassifier> {
  const classes = classesOf(manifest);
  const { model, precision, form, labels, preprocessing } = manifest;
  const built = own && builtFile(manifest, batch);
  // Other labels, or another model's engine, would be wrong answers that look right.
  await requireRecorded(recordedFiles(directory, manifest, built));
  const names = labels && (await readLabels(join(directory, labels.file), classes)).names;
  const engine = await (own && built ? own : engineForModel(form)).load(
    join(directory, built?.file ?? artifactFiles.model),
  );
  const rules = rulesOf(preprocessing);
  return {
    model,
    precision,
    classes,
    ...rules,
    labels: names,
    engine,
    inputForm: form.input,
    close: () => engine.close(),
  };
}

/** A spec's engine, built into a folder. Throws DiagnosticError where it has no trained weights. */
export async function buildClassifier(
  spec: Spec,
  options: ModelOptions,
  directory: string,
): Promise<OpenClassifier> {
  const { name: model, classes, preprocess, input } = spec;
  const { precision } = options.target;
  requireClasses(spec, doing);
  requireTrainedWeights(spec, options.weights);
  const labels = spec.labels === undefined ? undefined : await readLabels(spec.labels, classes);
  const { engine, manifest } = await loadEngine(spec, options, directory);
  return {
    model,
    precision,
    classes,
    preprocess,
    input,
    labels: labels?.names,
    engine,
    inputForm: manifest.form.input,
    close: () => engine.close(),
  };
}
