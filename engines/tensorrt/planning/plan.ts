import { join } from 'node:path';
import { ownValue } from '../../../src/collections/own-value.ts';
import { createDiagnostic, type Diagnostic } from '../../../src/diagnostics/diagnostic.ts';
import { type EngineKey, engineKey } from '../../engine-key.ts';
import { fixedBatch, hasFreeBatch, type ModelFacts, shapeText } from '../../model-facts.ts';
import type { PlannedFile } from '../../target.ts';
import { appendArguments } from './extra-arguments.ts';
import { checkPrecision, checkSupport, type Gpu } from './gpu.ts';
import { checkAbilities } from './gpu-options.ts';
import type { TensorrtIntent } from './intent.ts';
import { applyRules, type CommandKind, type RuleContext } from './option-rules.ts';
import { acceptsOption, splitArgument } from './option-table.ts';
import { type GraphFlavour, planPrecision } from './precision-recipes.ts';
import { type Release, releaseNotes } from './release.ts';
import { orderOf } from './release-order.ts';

/** One run of trtexec. */
export interface TrtexecCommand {
  readonly kind: CommandKind;
  /** Batch of the engine (build) or of the run; absent for the build of an engine with a range of batches. */
  readonly batch?: number;
  /** What follows `trtexec`: one element an argument, nothing quoted. */
  readonly args: readonly string[];
  /** Engine that is written or loaded. */
  readonly engine: string;
  /** File that the command's output goes to. */
  readonly log: string;
}

/** What TensorRT will be asked to do: everything that `--dry-run` prints. */
export interface TrtexecPlan {
  readonly release: Release;
  readonly gpu: Gpu;
  readonly graph: GraphFlavour;
  readonly commands: readonly TrtexecCommand[];
  /** Notes and warnings: nothing here stops the build. */
  readonly notes: readonly Diagnostic[];
  readonly files: readonly PlannedFile[];
  /** Release, GPU, graph, weights and every argument of the builds but the paths. */
  readonly key: EngineKey;
}

/** Where a plan is to run. */
export interface PlanMachine {
  readonly release: Release;
  /** With its build number, where the machine was asked: `10.4.0.26`. */
  readonly fullVersion?: string;
  /** `linux-x64`, where the machine was asked. */
  readonly system?: string | undefined;
  readonly gpu: Gpu;
}

/** A plan, or the errors that stand against it (with every note). */
export type PlanResult =
  | { readonly plan: TrtexecPlan; readonly diagnostics: readonly Diagnostic[] }
  | { readonly plan: undefined; readonly diagnostics: readonly Diagnostic[] };

/** File name of what belongs to one batch: `times.b4.json`, or `times.json` where the intent has one batch only. */
function batchFile(intent: TensorrtIntent, batch: number | undefined, name: string): string {
  if (batch === undefined || intent.batches.length === 1) return name;
  const dot = name.lastIndexOf('.');
  return `${name.slice(0, dot)}.b${batch}${name.slice(dot)}`;
}

/** File of the engine that serves a batch: `model.plan` where one engine serves all, else `model.b4.plan`. */
export function engineFile(intent: TensorrtIntent, batch: number | undefined): string {
  return batchFile(intent, intent.profile ? undefined : batch, 'model.plan');
}

function uniqueByMessage(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...new Map(diagnostics.map((d) => [`${d.code} ${d.message}`, d])).values()];
}

function checkBatches(intent: TensorrtIntent, model: ModelFacts): Diagnostic[] {
  const { batches, profile } = intent;
  if (!hasFreeBatch(model)) {
    const fixed = fixedBatch(model) ?? 1;
    if (profile) {
      const range = `${profile.min}:${profile.opt}:${profile.max}`;
      return [createDiagnostic('tensorrt-profile-fixed', { fixed, range })];
    }
    const wrong = batches.filter((batch) => batch !== fixed);
    return wrong.length > 0 ? [createDiagnostic('tensorrt-batch-fixed', { fixed, wrong })] : [];
  }
  const outside = profile
    ? batches.filter((batch) => batch < profile.min || batch > profile.max)
    : [];
  const range = profile ? `${profile.min} to ${profile.max}` : '';
  return outside.length > 0 ? [createDiagnostic('tensorrt-batch-outside', { outside, range })] : [];
}

/** The shapes that a graph with a free batch needs on the command line: of one batch, or of the profile's range. */
export function shapeArguments(
  intent: TensorrtIntent,
  model: ModelFacts,
  batch?: number,
): string[] {
  // A graph without a free dimension refuses shapes; one with it silently runs with 1 where none is given.
  if (!hasFreeBatch(model)) return [];
  if (batch !== undefined) return [`--shapes=${shapeText(model, batch)}`];
  if (!intent.profile) return [];
  const { min, opt, max } = intent.profile;
  return [
    `--minShapes=${shapeText(model, min)}`,
    `--optShapes=${shapeText(model, opt)}`,
    `--maxShapes=${shapeText(model, max)}`,
  ];
}

function timingCacheArguments(intent: TensorrtIntent, model: ModelFacts): string[] {
  return intent.timingCache === 'none'
    ? []
    : [`--timingCacheFile=${join(model.directory, 'timing.cache')}`];
}

function logFile({ intent, model }: RuleContext, kind: CommandKind, batch?: number): string {
  const name = batchFile(intent, batch, `trtexec-${kind}.log`);
  return join(model.directory, name);
}

/** Holds layers in float32 where the builder chooses types: it takes both what they compute in and what they write. */
function float32Arguments({ precision, model: { float32Nodes = [] } }: RuleContext): string[] {
  if (!precision.choosesTypes || float32Nodes.length === 0) return [];
  const held = float32Nodes.map((node) => `${node}:fp32`).join(',');
  return ['--precisionConstraints=obey', `--layerPrecisions=${held}`, `--layerOutputTypes=${held}`];
}

function planBuild(context: RuleContext, batch: number | undefined): TrtexecCommand {
  const { intent, model, precision, release, diagnostics } = context;
  const engine = join(model.directory, engineFile(intent, batch));
  const layers = batchFile(intent, batch, 'layers.json');
  const planned = [
    `--onnx=${model.path}`,
    `--saveEngine=${engine}`,
    ...precision.options,
    ...float32Arguments(context),
    ...shapeArguments(intent, model, batch),
    ...applyRules('build', context),
    ...timingCacheArguments(intent, model),
    `--exportLayerInfo=${join(model.directory, layers)}`,
    acceptsOption(release, '--skipInference') ? '--skipInference' : '--buildOnly',
  ];
  const args = appendArguments(planned, intent.buildArguments, release, diagnostics);
  const log = logFile(context, 'build', batch);
  return { kind: 'build', ...(batch === undefined ? {} : { batch }), args, engine, log };
}

function exportArguments(kind: 'time' | 'profile', context: RuleContext, batch: number): string[] {
  const { intent, model } = context;
  const path = (name: string) => join(model.directory, batchFile(intent, batch, name));
  return kind === 'time'
    ? [`--exportTimes=${path('times.json')}`]
    : [`--exportProfile=${path('layer-times.json')}`, `--exportLayerInfo=${path('layers.json')}`];
}

function planRun(kind: 'time' | 'profile', context: RuleContext, batch: number): TrtexecCommand {
  const { intent, model, release, diagnostics } = context;
  const engine = join(model.directory, engineFile(intent, batch));
  const planned = [
    `--loadEngine=${engine}`,
    ...shapeArguments(intent, model, batch),
    ...applyRules(kind, context),
    ...exportArguments(kind, context, batch),
  ];
  const args = appendArguments(planned, intent.runArguments, release, diagnostics);
  const log = logFile(context, kind, batch);
  return { kind, batch, args, engine, log };
}

function planCommands(context: RuleContext): TrtexecCommand[] {
  const { intent, release, diagnostics } = context;
  const builds = intent.profile
    ? [planBuild(context, undefined)]
    : intent.batches.map((batch) => planBuild(context, batch));
  if (intent.stripWeights && !acceptsOption(release, '--refitFromOnnx')) {
    const { version } = release;
    diagnostics.push(createDiagnostic('tensorrt-stripped-not-runnable', { version }));
    return builds;
  }
  const kinds = intent.profileLayers ? (['time', 'profile'] as const) : (['time'] as const);
  const runs = intent.batches.flatMap((batch) =>
    kinds.map((kind) => planRun(kind, context, batch)),
  );
  return [...builds, ...runs];
}

const rolesByOption: Readonly<Record<string, string>> = {
  '--saveEngine': 'engine',
  '--exportLayerInfo': 'layers',
  '--exportProfile': 'layer-times',
  '--timingCacheFile': 'timing-cache',
};

/** From here on trtexec makes a lock beside a timing cache, and leaves it there. */
const cacheLockSince = orderOf('8.6.0');

function filesOf(argument: string, { tableOrder }: Release): PlannedFile[] {
  const { name, value } = splitArgument(argument);
  const role = ownValue(rolesByOption, name);
  if (!role || !value) return [];
  const isLocked = role === 'timing-cache' && tableOrder >= cacheLockSince;
  const lock = { role: 'timing-cache-lock', path: `${value}.lock` };
  return [{ role, path: value }, ...(isLocked ? [lock] : [])];
}

/** The files that commands write, each once. */
export function plannedFiles(commands: readonly TrtexecCommand[], release: Release): PlannedFile[] {
  const files = commands.flatMap((command) => [
    ...command.args.flatMap((argument) => filesOf(argument, release)),
    { role: 'log', path: command.log },
  ]);
  return [...new Map(files.map((file) => [file.path, file])).values()];
}

const pathOptions = new Set([...Object.keys(rolesByOption), '--onnx']);

/** Builds in the order of their batches; one for a range alone. */
function batchesText({ profile, batches }: TensorrtIntent): string {
  return profile ? `${profile.min}:${profile.opt}:${profile.max}` : batches.join(', ');
}

/** What decides the builds: the arguments that all share, and what a batch has beside them. */
function buildParts(builds: readonly TrtexecCommand[]): Readonly<Record<string, string>> {
  const decisive = builds.map(({ args }) =>
    args.filter((argument) => !pathOptions.has(splitArgument(argument).name)),
  );
  const shared = (decisive[0] ?? []).filter((word) => decisive.every((all) => all.includes(word)));
  const own = builds.flatMap(({ batch = '' }, i) => {
    const words = (decisive[i] ?? []).filter((word) => !shared.includes(word));
    return words.length > 0 ? [[`build batch ${batch}`, words.join(' ')]] : [];
  });
  return { build: shared.join(' '), ...Object.fromEntries(own) };
}

function keyOf(
  intent: TensorrtIntent,
  { release, fullVersion, system, gpu }: PlanMachine,
  { identity }: ModelFacts,
  commands: readonly TrtexecCommand[],
): EngineKey {
  const builds = commands.filter(({ kind }) => kind === 'build');
  return engineKey({
    target: 'tensorrt',
    ...identity,
    precision: intent.precision,
    batches: batchesText(intent),
    release: fullVersion ?? release.version,
    GPU: gpu.name,
    'compute capability': gpu.computeCapability,
    ...(system === undefined ? {} : { system }),
    ...buildParts(builds),
  });
}

/**
 * The exact commands for an intent on a release and a GPU, or the errors that stand against it. Pure: reads and writes nothing.
 */
export function planTrtexec(
  intent: TensorrtIntent,
  machine: PlanMachine,
  model: ModelFacts,
): PlanResult {
  const { release, gpu } = machine;
  const diagnostics: Diagnostic[] = [
    ...releaseNotes(release),
    ...checkSupport(gpu, release),
    ...checkPrecision(gpu, intent.precision),
    ...checkAbilities(intent, machine),
    ...checkBatches(intent, model),
  ];
  const precision = planPrecision(intent, release, diagnostics);
  if (!precision) return { plan: undefined, diagnostics };
  const commands = planCommands({ intent, release, model, precision, diagnostics });
  const notes = uniqueByMessage(diagnostics);
  if (notes.some(({ severity }) => severity === 'error')) {
    return { plan: undefined, diagnostics: notes };
  }
  const files = plannedFiles(commands, release);
  const key = keyOf(intent, machine, model, commands);
  const plan = { release, gpu, graph: precision.graph, commands, notes, files, key };
  return { plan, diagnostics: notes };
}
