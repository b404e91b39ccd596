import { join } from 'node:path';
import {
  type EvalSubject,
  type EvaluateOptions,
  type Evaluation,
  evaluate,
} from '../accuracy/evaluate.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { openDataset } from '../images/datasets/open-dataset.ts';
import { readLabels } from '../images/labels.ts';
import { withTemporaryFolder } from '../io/temporary-folder.ts';
import type { Spec } from '../language/spec.ts';
import { loadEngine } from './load-engine.ts';
import type { ModelOptions } from './model-options.ts';
import { requireClasses } from './require-classes.ts';

export interface EvaluateSpecOptions
  extends Pick<EvaluateOptions, 'maxDrops' | 'limit' | 'statePath' | 'signal' | 'onProgress'> {
  /** Folder or archive of labelled pictures. */
  readonly data: string;
  /** File of `PATH LABEL` lines, in place of class folders. */
  readonly list?: string | undefined;
  /** File with the names of the classes in their order, one a line; in place of the spec's, and it decides which class a folder is. */
  readonly labels?: string | undefined;
  /** The model in each precision: target and what is asked of its graph. */
  readonly models: readonly ModelOptions[];
}

async function buildSubject(spec: Spec, options: ModelOptions, root: string): Promise<EvalSubject> {
  const { precision } = options.target;
  const { engine, manifest } = await loadEngine(spec, options, join(root, precision));
  const { form, onnx } = manifest;
  return { precision, engine, inputForm: form.input, digest: onnx.digest };
}

/** Throws DiagnosticError `eval-without-weights` where neither the spec nor anybody else names a weights file. */
export function requireTrainedWeights(spec: Spec, weights: string | undefined): void {
  if (weights === undefined && spec.weights === undefined)
    fail('eval-without-weights', { model: spec.name });
}

/** Builds a spec's engines and counts how often each is right on labelled pictures. */
export async function evaluateSpec(spec: Spec, options: EvaluateSpecOptions): Promise<Evaluation> {
  const { data, list, models, signal } = options;
  const { classes, preprocess, input, expect } = spec;
  requireClasses(spec, 'rcc eval');
  for (const { weights } of models) requireTrainedWeights(spec, weights);
  const file = options.labels ?? spec.labels;
  const labels = file === undefined ? undefined : await readLabels(file, classes);
  const dataset = await openDataset(data, {
    classes,
    labelled: true,
    labels,
    labelsDecide: options.labels !== undefined,
    list,
    signal,
  });
  try {
    return await withTemporaryFolder(async (root) => {
      const subjects: EvalSubject[] = [];
      try {
        for (const model of models) subjects.push(await buildSubject(spec, model, root));
        const rules = { model: spec.name, classes, preprocess, input, expect };
        return await evaluate(subjects, dataset, { ...options, ...rules });
      } finally {
        for (const { engine } of subjects) await engine.close();
      }
    });
  } finally {
    await dataset.close();
  }
}
