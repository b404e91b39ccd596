import { join } from 'node:path';
import type { Engine, LoadedEngine } from '../../engines/engine.ts';
import { type EvaluateOptions, type Evaluation, evaluate } from '../accuracy/evaluate.ts';
import { openDataset } from '../images/datasets/open-dataset.ts';
import { readLabels } from '../images/labels.ts';
import { withTemporaryFolder } from '../io/temporary-folder.ts';
import type { Spec } from '../language/spec.ts';
import type { CompileOptions } from './compile.ts';
import { buildModel } from './make-model.ts';
import { loadNetwork } from './trained-network.ts';

/** One precision to be evaluated: its engine and how its graph is made. */
export interface EvaluatedPrecision
  extends Omit<CompileOptions, 'directory' | 'engine' | 'earlier'> {
  readonly engine: Engine;
}

export interface EvaluateSpecOptions
  extends Pick<EvaluateOptions, 'maxDrops' | 'limit' | 'statePath' | 'signal' | 'onProgress'> {
  /** Folder or archive of labelled pictures. */
  readonly data: string;
  /** File of `PATH LABEL` lines, in place of class folders. */
  readonly list?: string;
  readonly precisions: readonly EvaluatedPrecision[];
}

interface Subject {
  readonly precision: EvaluatedPrecision['precision'];
  readonly engine: LoadedEngine;
  readonly digest: string;
}

async function buildSubject(
  spec: Spec,
  options: EvaluatedPrecision,
  root: string,
): Promise<Subject> {
  const { engine, precision } = options;
  const network = await loadNetwork(spec, options);
  try {
    const directory = join(root, precision);
    const { built, manifest } = await buildModel(network, { ...options, directory });
    return { precision, engine: await engine.load(built.path), digest: manifest.onnx.digest };
  } finally {
    network.close();
  }
}

/** Builds a spec's engines and counts how often each is right on labelled pictures. */
export async function evaluateSpec(spec: Spec, options: EvaluateSpecOptions): Promise<Evaluation> {
  const { data, list, precisions, signal } = options;
  const { classes, preprocess, input, expect } = spec;
  const labels = spec.labels === undefined ? undefined : await readLabels(spec.labels, classes);
  const dataset = await openDataset(data, {
    classes,
    labelled: true,
    labels,
    list,
    signal,
  });
  try {
    return await withTemporaryFolder(async (root) => {
      const subjects: Subject[] = [];
      try {
        for (const precision of precisions)
          subjects.push(await buildSubject(spec, precision, root));
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
