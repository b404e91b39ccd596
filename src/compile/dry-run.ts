import { join } from 'node:path';
import { lowerSpec } from '../../codegen/architecture/lower.ts';
import type { Graph } from '../../codegen/ir/graph.ts';
import { runPasses } from '../../codegen/passes/pass.ts';
import { keptNodes, passesFor } from '../../codegen/passes/pipeline.ts';
import { type Precision, precisionRow } from '../../codegen/precisions.ts';
import type { ModelFacts } from '../../engines/model-facts.ts';
import type { PlannedCommand, PlannedFile, TargetPlan } from '../../engines/target.ts';
import { createDiagnostic, type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import type { Spec } from '../language/spec.ts';
import { artifactFiles } from './artifact-files.ts';
import type { CompileOptions } from './compile.ts';
import { digestModel, type WeightsIdentity } from './model-digest.ts';
import { firstImpression } from './model-options.ts';
import { pipelineFor } from './precision.ts';
import { defaultSeed, weightsOf } from './trained-network.ts';
import { digestWeightsAt } from './weights-files.ts';

/** What a compilation would do: nothing of it was done. */
export interface DryRun {
  readonly model: string;
  readonly precision: Precision;
  readonly target: string;
  readonly reason: string;
  readonly directory: string;
  /** Machine and graph, where the target tells them; `title` is for people. */
  readonly plan?: Pick<TargetPlan, 'title' | 'facts'>;
  /** In the order in which they would run; a target without a program of its own has none. */
  readonly commands: readonly PlannedCommand[];
  /** As the manifest will have it: same key, same engine. Absent where the target has none or it is not known yet. */
  readonly cacheKey?: string;
  readonly files: readonly PlannedFile[];
  readonly notes: readonly Diagnostic[];
}

/** Whose numbers the model would have, or why that is not known. */
async function identifyWeights(
  spec: Spec,
  options: CompileOptions,
): Promise<WeightsIdentity | string> {
  const choice = weightsOf(spec, options);
  if (choice === undefined) return { seed: options.seed ?? defaultSeed };
  try {
    return { digest: await digestWeightsAt(choice.path), key: choice.key };
  } catch (error) {
    const [first] = error instanceof DiagnosticError ? error.diagnostics : [];
    if (!first) throw error;
    return first.message;
  }
}

async function digestOf(
  spec: Spec,
  graph: Graph,
  options: CompileOptions,
): Promise<{ readonly digest: string } | Diagnostic> {
  const unknown = (reason: string) => createDiagnostic('cache-key-unknown', { reason });
  const { title, isCalibrated } = precisionRow(options.target.precision);
  if (isCalibrated) return unknown(`${title} takes its ranges from a calibration.`);
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

/** What a target's own programs would do. Throws DiagnosticError where they would refuse the model. */
async function planOf(
  spec: Spec,
  graph: Graph,
  float32Nodes: readonly string[],
  options: CompileOptions,
): Promise<Pick<DryRun, 'plan' | 'commands' | 'cacheKey' | 'files' | 'notes'> | undefined> {
  const { target, directory, timing = firstImpression } = options;
  if (!target.plan) return undefined;
  const identity = await digestOf(spec, graph, options);
  const digest = 'digest' in identity ? identity.digest : undefined;
  const model = factsOf(graph, directory, digest, float32Nodes);
  const isTimed = options.timing !== undefined;
  const planned = target.plan({ model, limits: timing, isTimed });
  const { title, facts, commands, files, cacheKey, notes } = planned;
  return {
    plan: { title, facts },
    commands,
    ...(digest === undefined ? {} : { cacheKey }),
    files,
    notes: 'digest' in identity ? notes : [...notes, identity],
  };
}

/** What `compileSpec` would do for a target, on any machine and without weights. Throws DiagnosticError where it would be refused. */
export async function dryRunSpec(spec: Spec, options: CompileOptions): Promise<DryRun> {
  const { directory, target, timing, batch } = options;
  const { engine, form, name, reason, precision } = target;
  const lowered = lowerSpec(spec, { batch });
  const pipeline = pipelineFor(spec, lowered, form, options);
  const { graph } = runPasses(lowered, passesFor(pipeline));
  const own = (role: string, file: string) => ({ role, path: join(directory, file) });
  const plan = await planOf(spec, graph, keptNodes(graph, precision, pipeline), options);
  const engineFiles = engine ? [own('engine', engine.fileName)] : [];
  const wrapper = engine?.wrapperName;
  const wrappers = wrapper === undefined ? [] : [own('wrapper', wrapper)];
  const isTimed = timing !== undefined && engine && !engine.buildsOnly;
  return {
    model: spec.name,
    precision,
    target: name,
    reason,
    directory,
    ...(plan ?? { commands: [], notes: [] }),
    files: [
      own('model', artifactFiles.model),
      ...(plan?.files ?? [...engineFiles, ...wrappers, own('layers', artifactFiles.layers)]),
      ...(spec.labels === undefined ? [] : [own('labels', artifactFiles.labels)]),
      own('manifest', artifactFiles.manifest),
      ...(isTimed ? [own('timing', artifactFiles.timing)] : []),
    ],
  };
}
