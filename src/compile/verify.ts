import { computesFloat16 } from '../../codegen/passes/pipeline.ts';
import type { Precision } from '../../codegen/precisions.ts';
import type { Verdict } from '../../engines/compare.ts';
import type { Tensor } from '../../engines/engine.ts';
import type { Target } from '../../engines/target.ts';
import { bisect, type StageReport } from '../calibration/bisect.ts';
import type { RangeReport } from '../calibration/range-report.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';
import { withTemporaryFolder } from '../io/temporary-folder.ts';
import type { Reference, Spec } from '../language/spec.ts';
import { checkRanges, runEmulated } from './float16-checks.ts';
import { type BuiltModel, buildModel } from './make-model.ts';
import { engineOf, type ModelOptions, verifiedBatches } from './model-options.ts';
import { runPhase } from './phases.ts';
import type { PreparedPrecision } from './precision.ts';
import {
  askReference,
  askUnfolded,
  judgeAnswer,
  type Question,
  type RunImages,
  worstOf,
} from './question.ts';
import { loadNetwork, type TrainedNetwork } from './trained-network.ts';
import { inputNameOf } from './unfolded.ts';
import { verdictDiagnostics } from './verdict-diagnostics.ts';

export interface VerifyOptions extends ModelOptions {
  /** Input and expected outputs as .npy or .npz files; default: the spec's `reference`, and without one the unfolded graph. */
  readonly reference?: Reference | undefined;
  /** Whether every tensor is compared, to find the first node that is out of bounds. */
  readonly bisect?: boolean | undefined;
}

export interface Verification {
  readonly model: string;
  readonly precision: Precision;
  /** What the outputs were compared with, in a few words. */
  readonly against: string;
  readonly verdict: Verdict;
  /**
   * For a float16 model that this processor computes in float32: `verdict` then shows what rounding the weights does, this one what rounding the
   * activations does beside it.
   */
  readonly emulated?: Verdict;
  /** How large the numbers of each block get, where float16 is computed. */
  readonly ranges?: RangeReport;
  readonly bisection?: readonly StageReport[];
  /** The verdict on each batch size; `verdict` is the worst. */
  readonly batches: readonly {
    /** Undefined: all images at once. */
    readonly batch: number | undefined;
    readonly verdict: Verdict;
    /** Time that the engine took for all images, and that judging took. */
    readonly elapsedMs: number;
  }[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What a model of a network is asked: its reference, or without one what the unfolded graph answers. */
export function askNetwork(
  network: TrainedNetwork,
  prepared: PreparedPrecision,
  { reference = network.spec.reference, signal }: Pick<VerifyOptions, 'reference' | 'signal'>,
): Promise<Question> {
  const asking = { prepared, signal };
  return reference ? askReference(network, reference, asking) : askUnfolded(network, asking);
}

/** Whether a float16 model is computed in float32 where it is verified, so that it shows the rounding of weights only. */
function widensFloat16({ float16 }: Target, { pipeline }: PreparedPrecision): boolean {
  return float16 === 'widened' && computesFloat16(pipeline);
}

/** The verdict on an engine in each of its batch sizes. */
async function judgeEngine(
  { built, graph }: BuiltModel,
  question: Question,
  options: VerifyOptions,
): Promise<Verification['batches']> {
  const { target, signal } = options;
  const { precision } = target;
  const input = inputNameOf(graph);
  const run: RunImages = (tensor) => engineOf(target).run(built.path, { [input]: tensor }, signal);
  const judged: Verification['batches'][number][] = [];
  for (const batch of verifiedBatches(options) ?? [undefined]) {
    const start = performance.now();
    const verdict = await judgeAnswer(question, run, { precision, batch });
    judged.push({ batch, verdict, elapsedMs: performance.now() - start });
  }
  return judged;
}

type Judgement = Pick<Verification, 'against' | 'verdict' | 'emulated' | 'batches'> & {
  readonly input: Tensor;
};

/** Runs the engine, and where that shows less than a device would, its emulation; judges both. */
async function judge(
  network: TrainedNetwork,
  model: BuiltModel,
  options: VerifyOptions,
): Promise<Judgement> {
  const { target, listener, signal } = options;
  const { precision } = target;
  const { prepared } = model;
  return await runPhase('verify', listener, async () => {
    const question = await askNetwork(network, prepared, options);
    const { against, trained: input } = question;
    const batches = await judgeEngine(model, question, options);
    const { verdict } = worstOf(batches);
    const emulate = (images: Tensor) => runEmulated(network, prepared, images, signal);
    const emulated = widensFloat16(target, prepared)
      ? await judgeAnswer(question, emulate, { precision })
      : undefined;
    const ok = verdict.ok && emulated?.ok !== false;
    const value = { against, verdict, ...(emulated ? { emulated } : {}), batches, input };
    return { value, detail: `${ok ? 'passed' : 'FAILED'} against ${against}` };
  });
}

async function bisectNetwork(
  network: TrainedNetwork,
  { pipeline }: PreparedPrecision,
  input: Tensor,
  { target: { precision }, listener, signal }: VerifyOptions,
): Promise<readonly StageReport[]> {
  return await runPhase('bisect', listener, async () => {
    // What the model computes in: its graph is float32 where the builder lowers it.
    const reports = await bisect(network.graph, input, { ...pipeline, precision, signal });
    const found = reports.filter(({ first }) => first).length;
    const detail = `${found} of ${reports.length} forms out of bounds`;
    return { value: reports, detail };
  });
}

function bisectionDiagnostic(
  facts: { readonly model: string; readonly stage: string; readonly bound: number },
  { node, error, nonFinite, span }: NonNullable<StageReport['first']>,
): Diagnostic {
  return error === undefined
    ? createDiagnostic('bisection-not-finite', { ...facts, node, count: nonFinite }, { span })
    : createDiagnostic('bisection-found', { ...facts, node, error }, { span });
}

/** What a bisection says against a model. */
export function bisectionDiagnostics(
  model: string,
  reports: readonly StageReport[],
): readonly Diagnostic[] {
  return reports.flatMap(({ stage, bound, first }) =>
    first ? [bisectionDiagnostic({ model, stage, bound }, first)] : [],
  );
}

/** Builds a spec's engine in a temporary folder, runs it and judges what it computes. */
export async function verifySpec(spec: Spec, options: VerifyOptions): Promise<Verification> {
  const { target } = options;
  const { precision } = target;
  engineOf(target).buildsOnly?.refuse('running');
  const network = await loadNetwork(spec, options);
  try {
    return await withTemporaryFolder(async (directory) => {
      const model = await buildModel(network, { ...options, directory });
      const { prepared } = model;
      const { input, ...judged } = await judge(network, model, options);
      const { against, verdict, emulated } = judged;
      if (!verdict.ok) await model.forgetEngine?.();
      // Ranges of a network that computes no numbers are none.
      const ranges =
        verdict.nonFinite.expected > 0 ? undefined : await checkRanges(network, prepared, options);
      const bisection = options.bisect
        ? await bisectNetwork(network, prepared, input, options)
        : undefined;
      const failed = [verdict, ...(emulated ? [emulated] : [])].flatMap((each) =>
        verdictDiagnostics(spec.name, against, each),
      );
      return {
        model: spec.name,
        precision,
        ...judged,
        ...(ranges ? { ranges: ranges.report } : {}),
        ...(bisection ? { bisection } : {}),
        diagnostics: [
          ...model.diagnostics,
          ...failed,
          ...(ranges?.diagnostics ?? []),
          ...bisectionDiagnostics(spec.name, bisection ?? []),
        ],
      };
    });
  } finally {
    network.close();
  }
}
