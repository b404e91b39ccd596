import { asFloat32 } from '../../codegen/weights/as-float32.ts';
import { readNpy } from '../../codegen/weights/npy.ts';
import { compareOutputs, type Verdict } from '../../engines/compare.ts';
import type { Tensor } from '../../engines/engine.ts';
import { createDiagnostic, type Diagnostic, fail } from '../diagnostics/diagnostic.ts';
import { createFileByteSource } from '../io/file-byte-source.ts';
import type { Reference, Spec } from '../language/spec.ts';
import { buildModel, type CompileOptions } from './compile.ts';
import { runPhase } from './phases.ts';
import { withTemporaryFolder } from './scratch.ts';
import { loadNetwork, type TrainedNetwork } from './trained-network.ts';
import { endsOf, pick, runUnfolded, seededInputOf } from './unfolded.ts';

export interface VerifyOptions
  extends Omit<CompileOptions, 'directory' | 'verify' | 'timedBatches'> {
  readonly engine: NonNullable<CompileOptions['engine']>;
  /** Input and expected logits as .npy files; default: the spec's `reference`, and without one the unfolded graph. */
  readonly reference?: Reference;
}

export interface Verification {
  readonly model: string;
  readonly precision: CompileOptions['precision'];
  /** What the outputs were compared with, in a few words. */
  readonly against: string;
  readonly verdict: Verdict;
  readonly diagnostics: readonly Diagnostic[];
}

async function readTensor(path: string): Promise<Tensor> {
  const source = createFileByteSource(path);
  try {
    const array = await readNpy(source);
    const floats = asFloat32({ ...array, read: async () => array.bytes });
    return { dataType: 'float32', shape: array.shape, bytes: await floats.read() };
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

interface Question {
  readonly against: string;
  readonly input: Tensor;
  readonly expected: Tensor;
}

async function askFor(network: TrainedNetwork, options: VerifyOptions): Promise<Question> {
  const files = options.reference ?? network.spec.reference;
  if (!files) {
    const input = seededInputOf(network.graph);
    const expected = await runUnfolded(network, input, options.signal);
    return { against: 'the unfolded graph on a seeded input', input, expected };
  }
  const input = await readTensor(files.input);
  const expected = await readTensor(files.logits);
  checkShapes(network, files, input, expected);
  return { against: `the reference ${files.logits}`, input, expected };
}

/** Builds a spec's engine in a temporary folder, runs it and judges what it computes. */
export async function verifySpec(spec: Spec, options: VerifyOptions): Promise<Verification> {
  const { engine, precision, signal } = options;
  const network = await loadNetwork(spec, options);
  try {
    return await withTemporaryFolder(async (directory) => {
      const { built, diagnostics } = await buildModel(network, engine, { ...options, directory });
      const { against, verdict } = await runPhase('verify', options.listener, async () => {
        const { against, input, expected } = await askFor(network, options);
        const ends = endsOf(network.graph);
        const outputs = await engine.run(built.path, { [ends.input]: input }, signal);
        const verdict = compareOutputs(pick(outputs, ends.output), expected, { precision });
        const detail = `${verdict.ok ? 'passed' : 'FAILED'} against ${against}`;
        return { value: { against, verdict }, detail };
      });
      const failed = verdict.ok
        ? []
        : [
            createDiagnostic('verification-failed', {
              model: spec.name,
              precision,
              reason: verdict.reason,
            }),
          ];
      return {
        model: spec.name,
        precision,
        against,
        verdict,
        diagnostics: [...diagnostics, ...failed],
      };
    });
  } finally {
    network.close();
  }
}
