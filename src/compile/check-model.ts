import { join } from 'node:path';
import type { Verdict } from '../../engines/compare.ts';
import type { RangeReport } from '../calibration/range-report.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';
import { artifactFiles } from './artifact-files.ts';
import { checkRanges } from './float16-checks.ts';
import { fixedBatch, type MadeModel } from './make-model.ts';
import { engineForModel, runsNodeByNode } from './model-engine.ts';
import { type MakeOptions, verifiedBatches } from './model-options.ts';
import { runPhase } from './phases.ts';
import {
  askReference,
  askUnfolded,
  judgeAnswer,
  type Question,
  type RunImages,
  worstOf,
} from './question.ts';
import { referenceFor, type TrainedNetwork } from './trained-network.ts';
import { inputNameOf } from './unfolded.ts';
import { verdictDiagnostics } from './verdict-diagnostics.ts';

/** Verdict and ranges of a model, and what they say against it. */
export interface CheckedModel {
  readonly verdict?: Verdict;
  /** What the verdict compares with, in a few words. */
  readonly against?: string;
  readonly ranges?: RangeReport;
  readonly diagnostics: readonly Diagnostic[];
}

/** What runs here: the engine, or the model on onnxruntime where there is none or it is for another machine. */
function runnable(
  { built, prepared: { pipeline } }: MadeModel,
  { target: { engine }, directory }: MakeOptions,
) {
  if (engine && built && !engine.buildsOnly) {
    return { run: engine.run, path: built.path, what: 'the engine' };
  }
  const { run } = engineForModel(pipeline);
  const how = runsNodeByNode(pipeline) ? ', node by node' : '';
  const because = engine?.buildsOnly ? ` (${engine.buildsOnly.because})` : '';
  const why = `${how}${because}`;
  const { model } = artifactFiles;
  return { run, path: join(directory, model), what: `${model} on onnxruntime${why}` };
}

/** What is asked, one after another: each holds the inputs and outputs of a batch. */
async function* questionsFor(
  network: TrainedNetwork,
  { prepared }: MadeModel,
  options: MakeOptions,
): AsyncGenerator<Question> {
  const { signal } = options;
  const asking = { prepared, signal };
  for (const batch of verifiedBatches(options) ?? [undefined]) {
    yield await askUnfolded(network, asking, batch);
  }
  const reference = referenceFor(network, options);
  if (reference) yield await askReference(network, reference, asking);
}

/** Runs a model on seeded inputs, or pictures of its calibration, and on the spec's reference, and judges what it computes; the worst counts. */
async function judgeModel(
  network: TrainedNetwork,
  model: MadeModel,
  options: MakeOptions,
): Promise<{ readonly verdict: Verdict; readonly against: string }> {
  const { target, listener, signal } = options;
  const { precision } = target;
  return await runPhase('verify', listener, async () => {
    const input = inputNameOf(model.graph);
    const { run, path, what } = runnable(model, options);
    const answer: RunImages = (images) => run(path, { [input]: images }, signal);
    const judged: { verdict: Verdict; against: string }[] = [];
    for await (const question of questionsFor(network, model, options)) {
      const verdict = await judgeAnswer(question, answer, {
        precision,
        batch: fixedBatch(model.graph),
      });
      judged.push({ verdict, against: question.against });
    }
    const worst = worstOf(judged);
    const { ok, reason } = worst.verdict;
    const sources = [...new Set((ok ? judged : [worst]).map(({ against }) => against))];
    const detail = `${what} ${ok ? 'passed' : 'FAILED'} against ${sources.join(' and ')}. ${reason}`;
    return { value: worst, detail };
  });
}

/** Judges what a model computes, and where float16 is computed how large its numbers get. */
export async function checkModel(
  network: TrainedNetwork,
  model: MadeModel,
  options: MakeOptions,
): Promise<CheckedModel> {
  const { verdict, against } = await judgeModel(network, model, options);
  const { name, weights } = network.spec;
  const isTrained = (options.weights ?? weights) !== undefined;
  if (verdict.ok && isTrained && !referenceFor(network, options)) {
    options.listener?.onNote?.(createDiagnostic('verdict-scope', { model: name }));
  }
  const failures = verdictDiagnostics(network.spec.name, against, verdict);
  // Ranges of a network that computes no numbers are none.
  const ranges =
    verdict.nonFinite.expected > 0
      ? undefined
      : await checkRanges(network, model.prepared, options);
  return {
    verdict,
    against,
    ...(ranges ? { ranges: ranges.report } : {}),
    diagnostics: [...failures, ...(ranges?.diagnostics ?? [])],
  };
}
