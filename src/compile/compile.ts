import { join } from 'node:path';
import type { AuditReport } from '../../engines/audit/audit.ts';
import type { Measurement } from '../../engines/engine.ts';
import type { TimingLimits } from '../../engines/target.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Spec } from '../language/spec.ts';
import { artifactFiles, writeJson } from './artifact-files.ts';
import { auditEngine, auditErrors } from './audit-engine.ts';
import { type CheckedModel, checkModel } from './check-model.ts';
import { findLayers } from './layer-findings.ts';
import { type MadeModel, makeModel } from './make-model.ts';
import type { Manifest } from './manifest.ts';
import type { MakeOptions } from './model-options.ts';
import { withNotes } from './phases.ts';
import { placeArtifact, type Rename } from './place-artifact.ts';
import { describeReference } from './reference.ts';
import { benchFileOf, measureBatches, measurementsOf, stabilityWarnings } from './timing.ts';
import { loadNetwork, referenceFor, type TrainedNetwork } from './trained-network.ts';

export interface CompileOptions extends MakeOptions {
  /** Whether what was made is run against the unfolded graph and the spec's reference, and withheld where it fails; default true. */
  readonly verify?: boolean | undefined;
  /** How long the engine is timed at each batch; default: it is not. */
  readonly timing?: TimingLimits | undefined;
  /** Judges what was made beside its check; an error withholds it too. */
  readonly accept?: ((made: Manifest) => readonly Diagnostic[]) | undefined;
}

/** What a compilation made. */
export interface Compilation extends Omit<CheckedModel, 'diagnostics'> {
  /** Folder of the artifact; absent where it failed its check and the folder is as it was. */
  readonly directory?: string;
  readonly manifest: Manifest;
  /** What the compiler made of each residual block, where the target tells. */
  readonly audits: readonly AuditReport[];
  readonly measurements: readonly Measurement[];
  readonly diagnostics: readonly Diagnostic[];
}

async function audit(
  { graph, manifest: { float32Nodes } }: MadeModel,
  options: CompileOptions,
): Promise<readonly AuditReport[]> {
  return options.target.engine ? await auditEngine(graph, { ...options, float32Nodes }) : [];
}

/** Times an engine, and writes the times and what is known of its layers beside it. */
async function time(
  network: TrainedNetwork,
  { built, graph, manifest }: MadeModel,
  audits: readonly AuditReport[],
  options: CompileOptions,
): Promise<Pick<Compilation, 'measurements' | 'diagnostics'>> {
  const { target, directory, verify, timing: limits } = options;
  if (!target.engine || !built) return { measurements: [], diagnostics: [] };
  const { name: model } = network.spec;
  const isTimed = limits !== undefined && !target.engine.buildsOnly;
  const { measurements, diagnostics } = isTimed
    ? await measureBatches(
        { built, graph },
        { ...options, model, limits, isJudged: verify !== false },
      )
    : { measurements: [], diagnostics: [] };
  const rows = measurementsOf(manifest, measurements);
  const found = await findLayers({ model, target, directory, built, audits, measurements });
  if (rows.length + found.audits.length > 0) {
    await writeJson(join(directory, artifactFiles.timing), benchFileOf({ rows, ...found }));
  }
  return { measurements, diagnostics: [...diagnostics, ...stabilityWarnings(rows)] };
}

/** Makes and judges an artifact in a folder, and times it unless it failed. */
async function makeArtifact(
  network: TrainedNetwork,
  options: CompileOptions,
): Promise<Compilation & { readonly isSound: boolean }> {
  const golden = await describeReference(network, referenceFor(network, options));
  const made = await makeModel(network, { ...options, golden });
  const audits = await audit(made, options);
  const { diagnostics: verdicts, ...checked } =
    options.verify === false ? { diagnostics: [] } : await checkModel(network, made, options);
  const failures = [...verdicts, ...(options.accept?.(made.manifest) ?? [])];
  const isSound = failures.every(({ severity }) => severity !== 'error');
  if (!isSound || auditErrors(audits).length > 0) await made.forgetEngine?.();
  const timed = isSound
    ? await time(network, made, audits, options)
    : { measurements: [], diagnostics: [] };
  return {
    isSound,
    manifest: made.manifest,
    ...checked,
    audits,
    measurements: timed.measurements,
    diagnostics: [...made.diagnostics, ...auditErrors(audits), ...failures, ...timed.diagnostics],
  };
}

/** Options for the folder where an artifact is made, with notes that name it as it will be. */
function inFolder(options: CompileOptions, staged: string, rename: Rename): CompileOptions {
  const { listener, directory, earlier = directory } = options;
  const renaming = listener ? { listener: withNotes(listener, rename) } : {};
  return { ...options, directory: staged, earlier, ...renaming };
}

/**
 * Spec and weights to an artifact: graph, passes, model.onnx, engine, manifest, a verdict against the unfolded graph and, of an engine, timings. It comes into its
 * folder when all of it is whole and judged, and no file of an earlier one stays beside it.
 * Throws DiagnosticError for what the user or an outside program did wrong; an unacceptable verdict is a diagnostic of the result. Either way the folder is as
 * it was.
 */
export async function compileSpec(spec: Spec, options: CompileOptions): Promise<Compilation> {
  const { directory } = options;
  const network = await loadNetwork(spec, options);
  try {
    return await placeArtifact(directory, async (staged, rename) => {
      const made = await makeArtifact(network, inFolder(options, staged, rename));
      const { isSound, ...compilation } = made;
      const diagnostics = compilation.diagnostics.map(rename);
      if (isSound) return { value: { directory, ...compilation, diagnostics }, keep: true };
      const withheld = createDiagnostic('artifact-withheld', { model: spec.name, directory });
      return { value: { ...compilation, diagnostics: [...diagnostics, withheld] }, keep: false };
    });
  } finally {
    network.close();
  }
}
