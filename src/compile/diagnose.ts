import { withScratchEngine } from '../../engines/onnxruntime/scratch-engine.ts';
import { parseGotClass, readGotLogits } from '../accuracy/diagnose/answer.ts';
import { type DiagnosisText, describeDiagnosis } from '../accuracy/diagnose/describe.ts';
import { type DiagnoseOptions, type Diagnosis, diagnose } from '../accuracy/diagnose/diagnose.ts';
import { readLabels } from '../images/labels.ts';
import { readBytes } from '../io/open-file.ts';
import type { Spec } from '../language/spec.ts';
import { requireClasses } from './require-classes.ts';
import { loadNetwork, type NetworkOptions } from './trained-network.ts';

export interface DiagnoseSpecOptions
  extends NetworkOptions,
    Pick<DiagnoseOptions, 'signal' | 'onProgress'> {
  readonly image: string;
  /** What the caller's program answered: a class number, a label, or a .npy file of logits. */
  readonly got: string;
}

/** Finds the mistake of preprocessing that explains a wrong answer. */
export async function diagnoseSpec(
  spec: Spec,
  options: DiagnoseSpecOptions,
): Promise<{ readonly diagnosis: Diagnosis; readonly text: DiagnosisText }> {
  const { image, got, signal, onProgress } = options;
  requireClasses(spec, 'rcc diagnose');
  const { classes, preprocess, input } = spec;
  const labels = spec.labels === undefined ? [] : (await readLabels(spec.labels, classes)).names;
  const answer = got.endsWith('.npy')
    ? await readGotLogits(got, classes)
    : parseGotClass(got, classes, labels);
  const bytes = await readBytes(image, 'picture');
  const network = await loadNetwork(spec, options);
  try {
    const diagnosis = await withScratchEngine(
      network.graph,
      { optimization: 'all', signal },
      (engine) =>
        diagnose({ bytes, file: image }, answer, engine, {
          model: spec.name,
          preprocess,
          input,
          classes,
          signal,
          onProgress,
        }),
    );
    return { diagnosis, text: describeDiagnosis(diagnosis, labels) };
  } finally {
    network.close();
  }
}
