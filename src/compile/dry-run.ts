import type { Precision } from '../../codegen/precisions.ts';
import { join, resolve } from 'node:path';
import { lowerSpec } from '../../codegen/architecture/lower.ts';
import type { Graph } from '../../codegen/ir/graph.ts';
import { runPasses } from '../../codegen/passes/pass.ts';
import { keptNodes, passesFor } from '../../codegen/passes/pipeline.ts';
import type { TargetName } from '../../engines/engine.ts';
import type { Gpu } from '../../engines/tensorrt/planning/gpu.ts';
import type { ModelFacts } from '../../engines/model-facts.ts';
import {
  type PlannedFile,
  plannedFiles,
  planTrtexec,
  type TrtexecCommand,
  type TrtexecPlan,
} from '../../engines/tensorrt/planning/plan.ts';
import { toolCommand } from '../../engines/tool-command.ts';
import { createDiagnostic, type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import { digestBytes } from '../io/digest.ts';
import { createFileByteSource } from '../io/file-byte-source.ts';
import type { Spec } from '../language/spec.ts';
import type { ChosenTarget } from '../targets/target.ts';
import { artifactFiles } from './artifact-files.ts';
import { digestModel, type WeightsIdentity } from './model-digest.ts';
import { type PrecisionOptions, pipelineFor } from './precision.ts';
import type { TimingLimits } from './timing.ts';
import { defaultSeed, type NetworkOptions } from './trained-network.ts';

export interface DryRunOptions extends PrecisionOptions, Omit<NetworkOptions, 'listener'> {
  readonly precision: Precision;
  /** Folder of the artifact. */
  readonly directory: string;
  readonly target: ChosenTarget;
  readonly timing: TimingLimits;
  /** Whether the artifact would be timed. */
  readonly timed: boolean;
}

/** A file that a compilation would leave, or need while it runs. */
export interface DryRunFile {
  readonly role: PlannedFile['role'] | 'model' | 'manifest' | 'timing';
  readonly path: string;
}

/** One run of trtexec that a compilation would start. */
export interface DryRunCommand {
  readonly kind: TrtexecCommand['kind'];
  readonly batch?: number;
  /** Program and arguments, nothing quoted. */
  readonly command: readonly string[];
  readonly log: string;
}

/** What a compilation would do: nothing of it was done. */
export interface DryRun {
  readonly model: string;
  readonly precision: Precision;
  /** `onnx` builds no engine. */
  readonly target: TargetName | 'onnx';
  readonly reason: string;
  readonly directory: string;
  readonly tensorrt?: {
    readonly release: string;
    readonly gpu: Gpu;
    readonly graph: TrtexecPlan['graph'];
  };
  /** In the order in which they would run; a target without a program of its own has none. */
  readonly commands: readonly DryRunCommand[];
  /** As the manifest will have it: same key, same engine. Absent where the target has none or it is not known yet. */
  readonly cacheKey?: string;
  readonly files: readonly DryRunFile[];
  readonly notes: readonly Diagnostic[];
}

/** Whose numbers the model would have, or why that is not known. */
async function identifyWeights(
  spec: Spec,
  options: DryRunOptions,
): Promise<WeightsIdentity | string> {
  const path = options.weights ?? spec.weights?.path;
  if (path === undefined) return { seed: options.seed ?? defaultSeed };
  try {
    const source = createFileByteSource(path, 'weights file');
    try {
      return { digest: await digestBytes(source) };
    } finally {
      source.close();
    }
  } catch (error) {
    const [first] = error instanceof DiagnosticError ? error.diagnostics : [];
    if (!first) throw error;
    return first.message;
  }
}

async function digestOf(
  spec: Spec,
  graph: Graph,
  options: DryRunOptions,
): Promise<{ readonly digest: string } | Diagnostic> {
  const unknown = (reason: string) => createDiagnostic('cache-key-unknown', { reason });
  if (options.precision === 'int8') return unknown('Int8 takes its ranges from a calibration.');
  const weights = await identifyWeights(spec, options);
  if (typeof weights === 'string') return unknown(weights);
  return { digest: digestModel(graph, weights, undefined) };
}

function factsOf(
  graph: Graph,
  directory: string,
  digest: string | undefined,
  float32Nodes: readonly string[],
): ModelFacts {
  const facts = (values: Graph['inputs']) => values.map(({ name, type }) => ({ name, ...type }));
  return {
    path: join(directory, artifactFiles.model),
    directory,
    inputs: facts(graph.inputs),
    outputs: facts(graph.outputs),
    ...(digest === undefined ? {} : { digest }),
    float32Nodes,
  };
}

/** Throws DiagnosticError where the release or the GPU is in the way. */
async function planTensorrt(
  spec: Spec,
  graph: Graph,
  { machine, intent }: NonNullable<ChosenTarget['tensorrt']>,
  { float32Nodes, ...options }: DryRunOptions & { readonly float32Nodes: readonly string[] },
): Promise<Pick<DryRun, 'tensorrt' | 'commands' | 'cacheKey' | 'files' | 'notes'>> {
  const { timing, timed } = options;
  const { tool } = machine;
  // Beside a container or another host, what is told is what would be started; for people, paths stay as they gave them.
  const directory = tool.command.length > 1 ? resolve(options.directory) : options.directory;
  const identity = await digestOf(spec, graph, options);
  const digest = 'digest' in identity ? identity.digest : undefined;
  const limits = {
    warmUpMs: timing.warmUpMs,
    durationMs: timing.durationMs,
    iterations: timing.minIterations,
  };
  const model = factsOf(graph, directory, digest, float32Nodes);
  const { plan, diagnostics } = planTrtexec({ ...intent, ...limits }, machine, model);
  if (!plan) throw new DiagnosticError(diagnostics);
  const planned = plan.commands.filter(({ kind }) => timed || kind === 'build');
  const { release, gpu, graph: flavour, cacheKey, notes } = plan;
  return {
    tensorrt: { release: release.version, gpu, graph: flavour },
    commands: planned.map(({ kind, batch, args, log }) => ({
      kind,
      ...(batch === undefined ? {} : { batch }),
      command: toolCommand(tool, args, directory),
      log,
    })),
    ...(digest === undefined ? {} : { cacheKey }),
    files: plannedFiles(planned),
    notes: 'digest' in identity ? notes : [...notes, identity],
  };
}

/** What `compileSpec` would do for a target, on any machine and without weights. Throws DiagnosticError where it would be refused. */
export async function dryRunSpec(spec: Spec, options: DryRunOptions): Promise<DryRun> {
  const { precision, directory, target, timed, batch } = options;
  const { engine, form, reason, tensorrt } = target;
  const lowered = lowerSpec(spec, batch === undefined ? {} : { batch });
  const pipeline = pipelineFor(spec, lowered, { ...options, form });
  const { graph } = runPasses(lowered, passesFor(pipeline));
  const own = (role: DryRunFile['role'], name: string) => ({ role, path: join(directory, name) });
  const float32Nodes = keptNodes(graph, precision, pipeline);
  const plan =
    tensorrt && (await planTensorrt(spec, graph, tensorrt, { ...options, float32Nodes }));
  const engineFiles = engine ? [own('engine', engine.fileName)] : [];
  return {
    model: spec.name,
    precision,
    target: engine?.target ?? 'onnx',
    reason,
    directory,
    ...(plan ?? { commands: [], notes: [] }),
    files: [
      own('model', artifactFiles.model),
      ...(plan?.files ?? [...engineFiles, own('layers', artifactFiles.layers)]),
      own('manifest', artifactFiles.manifest),
      ...(timed && engine && !engine.buildsOnly ? [own('timing', artifactFiles.timing)] : []),
    ],
  };
}
