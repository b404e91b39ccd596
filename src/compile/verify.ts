import { asFloat32 } from '../../codegen/weights/as-float32.ts';
import { readNpy } from '../../codegen/weights/npy.ts';
import { readAll, wholeTensor } from '../../codegen/weights/tensor-source.ts';
import { compareOutputs, type Verdict } from '../../engines/compare.ts';
import type { Engine, Tensor } from '../../engines/engine.ts';
import { joinBatches, sliceBatch } from '../../engines/tensor-batch.ts';
import { bisect, type StageReport } from '../calibration/bisect.ts';
import type { RangeReport } from '../calibration/range-report.ts';
import { createDiagnostic, type Diagnostic, fail } from '../diagnostics/diagnostic.ts';
import { createFileByteSource } from '../io/file-byte-source.ts';
import { withTemporaryFolder } from '../io/temporary-folder.ts';
import type { Reference, Spec } from '../language/spec.ts';
import { type BuiltModel, buildModel, type CompileOptions } from './compile.ts';
import { checkRanges, runEmulated } from './float16-checks.ts';
import { type InputPair, pairInput } from './input-pair.ts';
import { runPhase } from './phases.ts';
import type { PreparedPrecision } from './precision.ts';
import { loadNetwork, type TrainedNetwork } from './trained-network.ts';
import { checkedInputOf, endsOf, pick, runUnfolded, worstOf } from './unfolded.ts';

export interface VerifyOptions
  extends Omit<CompileOptions, 'directory' | 'verify' | 'timedBatches'> {
  readonly engine: NonNullable<CompileOptions['engine']>;
  /** Input and expected logits as .npy files; default: the spec's `reference`, and without one the unfolded graph. */
  readonly reference?: Reference;
  /** Whether every tensor is compared, to find the first node that is out of bounds. */
  readonly bisect?: boolean;
}

export interface Verification {
  readonly model: string;
  readonly precision: CompileOptions['precision'];
  /** What the outputs were compared with, in a few words. */
  readonly against: string;
  readonly verdict: Verdict;
  /**
   * For a float16 model that this processor computes in float32: `verdict` then shows what rounding the weights does, this one what rounding the
   * activations does beside it.
   */
  readonly emulated?: Verdict;
  /** How large the numbers of each block get, for fp16. */
  readonly ranges?: RangeReport;
  readonly bisection?: readonly StageReport[];
  readonly diagnostics: readonly Diagnostic[];
}

async function readTensor(path: string): Promise<Tensor> {
  const source = createFileByteSource(path);
  try {
    const { dataType, shape, bytes } = await readNpy(source);
    const floats = asFloat32(wholeTensor(dataType, shape, () => bytes));
    return { dataType: 'float32', shape, bytes: await readAll(floats) };
  } finally {
    source.close();
  }
}

/** Throws DiagnosticError `reference-shape` where the arrays are not this network's. */
function checkShapes(
  network: TrainedNetwork,
  files: Reference,
  input: Tensor,
  logits: Tensor,
): void {
  const check = (file: string, tensor: Tensor, needed: readonly (number | 'N')[]): void => {
    const fits =
      tensor.shape.length === needed.length &&
      needed.every((dim, axis) => dim === 'N' || dim === tensor.shape[axis]);
    if (!fits) fail('reference-shape', { file, shape: tensor.shape, needed });
  };
  check(files.input, input, network.graph.inputs[0]?.type.shape ?? []);
  check(files.logits, logits, network.graph.outputs[0]?.type.shape ?? []);
  if (input.shape[0] !== logits.shape[0]) {
    const needed = [input.shape[0] ?? 0, ...logits.shape.slice(1)];
    fail('reference-shape', { file: files.logits, shape: logits.shape, needed });
  }
}

interface Question extends InputPair {
  readonly against: string;
  readonly expected: Tensor;
}

/** What the model is asked, and what it should answer: the framework's logits where its input can be given as it is, else the unfolded graph's. */
async function askFor(
  network: TrainedNetwork,
  prepared: PreparedPrecision,
  options: VerifyOptions,
): Promise<Question> {
  const files = options.reference ?? network.spec.reference;
  const { input: adaptation } = prepared.pipeline;
  const given = files ? await readTensor(files.input) : checkedInputOf(network.graph, prepared);
  const pair = pairInput(given, adaptation);
  if (files) {
    const expected = await readTensor(files.logits);
    checkShapes(network, files, given, expected);
    if (pair.exact) return { ...pair, against: `the reference ${files.logits}`, expected };
  }
  const expected = await runUnfolded(network, pair.trained, options.signal);
  const source = files ? 'the reference input' : prepared.sample ? 'pictures' : 'a seeded input';
  const form = adaptation ? ` as ${adaptation.form}` : '';
  return { ...pair, against: `the unfolded graph on ${source}${form}`, expected };
}

/** Whether a float16 model is computed in float32 where it is verified, so that it shows the rounding of weights only. */
function widensFloat16({ target }: Engine, { pipeline }: PreparedPrecision): boolean {
  return target === 'onnxruntime' && pipeline.precision === 'fp16';
}

/** Runs images through an engine, at once or in batches of one size; the last one is filled up. */
async function runInBatches(
  run: (images: Tensor) => Promise<Tensor>,
  images: Tensor,
  batch: number | undefined,
): Promise<Tensor> {
  if (batch === undefined) return await run(images);
  const [total = 1] = images.shape;
  const parts: Tensor[] = [];
  for (let from = 0; from < total; from += batch) {
    parts.push(await run(sliceBatch(images, from, batch)));
  }
  return joinBatches(parts, total);
}

/** The verdict on an engine; of several batch sizes the worst counts. */
async function judgeEngine(
  { built, graph }: BuiltModel,
  { engine: images, expected }: Question,
  { engine, precision, signal, verifiedBatches }: VerifyOptions,
): Promise<Verdict> {
  const ends = endsOf(graph);
  const run = async (tensor: Tensor): Promise<Tensor> =>
    pick(await engine.run(built.path, { [ends.input]: tensor }, signal), ends.output);
  const verdicts: Verdict[] = [];
  for (const batch of verifiedBatches ?? [undefined]) {
    const outputs = await runInBatches(run, images, batch);
    verdicts.push(compareOutputs(outputs, expected, { precision }));
  }
  return worstOf(verdicts);
}

/** Runs the engine, and where that shows less than a device would, its emulation; judges both. */
async function judge(
  network: TrainedNetwork,
  model: BuiltModel,
  options: VerifyOptions,
): Promise<Pick<Verification, 'against' | 'verdict' | 'emulated'> & { input: Tensor }> {
  const { engine, precision, listener, signal } = options;
  const { prepared } = model;
  return await runPhase('verify', listener, async () => {
    const question = await askFor(network, prepared, options);
    const { against, expected, trained: input } = question;
    const verdict = await judgeEngine(model, question, options);
    const rounded = widensFloat16(engine, prepared)
      ? await runEmulated(network, prepared, question.engine, signal)
      : undefined;
    const emulated = rounded && compareOutputs(rounded, expected, { precision });
    const ok = verdict.ok && emulated?.ok !== false;
    const value = { against, verdict, ...(emulated ? { emulated } : {}), input };
    return { value, detail: `${ok ? 'passed' : 'FAILED'} against ${against}` };
  });
}

async function bisectNetwork(
  network: TrainedNetwork,
  { pipeline }: PreparedPrecision,
  input: Tensor,
  { listener, signal }: VerifyOptions,
): Promise<readonly StageReport[]> {
  return await runPhase('bisect', listener, async () => {
    const reports = await bisect(network.graph, input, { ...pipeline, signal });
    const found = reports.filter(({ first }) => first).length;
    const detail = `${found} of ${reports.length} forms out of bounds`;
    return { value: reports, detail };
  });
}

function bisectionDiagnostics(model: string, reports: readonly StageReport[]) {
  return reports.flatMap(({ stage, bound, first }) =>
    first
      ? [
          createDiagnostic(
            'bisection-found',
            { model, stage, node: first.node, error: first.error, bound },
            { span: first.span },
          ),
        ]
      : [],
  );
}

/** Builds a spec's engine in a temporary folder, runs it and judges what it computes. */
export async function verifySpec(spec: Spec, options: VerifyOptions): Promise<Verification> {
  const { engine, precision } = options;
  if (engine.buildsOnly) fail('tensorrt-rtx-needs-gpu', { doing: 'running' });
  const network = await loadNetwork(spec, options);
  try {
    return await withTemporaryFolder(async (directory) => {
      const model = await buildModel(network, engine, { ...options, directory });
      const { prepared } = model;
      const { input, ...judged } = await judge(network, model, options);
      const ranges = await checkRanges(network, prepared, options);
      const bisection = options.bisect
        ? await bisectNetwork(network, prepared, input, options)
        : undefined;
      const failed = [judged.verdict, judged.emulated]
        .filter((verdict) => verdict !== undefined && !verdict.ok)
        .map((verdict) => {
          const reason = verdict?.reason ?? '';
          return createDiagnostic('verification-failed', { model: spec.name, precision, reason });
        });
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
