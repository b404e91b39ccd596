import { createHash } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import type { Graph } from '../../codegen/ir/graph.ts';
import type { ModelFacts, ModelIdentity } from '../../engines/model-facts.ts';
import type { Target } from '../../engines/target.ts';
import { intentOf } from '../../engines/tensorrt/choose.ts';
import { type Gpu, parseGpu } from '../../engines/tensorrt/planning/gpu.ts';
import type { TensorrtIntent } from '../../engines/tensorrt/planning/intent.ts';
import type { TrtexecCommand } from '../../engines/tensorrt/planning/plan.ts';
import {
  planFamilies,
  type ReleaseFamily,
  servedReleases,
} from '../../engines/tensorrt/planning/release-families.ts';
import {
  artifactFiles,
  artifactOwnFiles,
  writeJson,
  writeWhole,
} from '../compile/artifact-files.ts';
import { checkModel } from '../compile/check-model.ts';
import { type MadeModel, makeModel } from '../compile/make-model.ts';
import { identifyModel } from '../compile/model-identity.ts';
import { benchLimits, type MakeOptions } from '../compile/model-options.ts';
import { placeArtifact } from '../compile/place-artifact.ts';
import type { Question } from '../compile/question.ts';
import { loadNetwork, type TrainedNetwork } from '../compile/trained-network.ts';
import { createDiagnostic, fail } from '../diagnostics/diagnostic.ts';
import { describeReleases } from './describe-releases.ts';
import { askForKit, describeAnswers, expectedFiles, type KitFile } from './expected.ts';
import type { Kit, KitOptions } from './kit.ts';
import type { KitFacts } from './kit-facts.ts';
import { kitFiles } from './kit-files.ts';
import { type KitKeyParts, kitKey, measurementSchema } from './kit-key.ts';
import { kitCommands } from './plan-commands.ts';
import { attemptFolder, type ScriptPlan, scriptOf, withoutFolder } from './script.ts';

/** Files of a kit: those of an earlier one leave when another comes, its attempts stay. */
const kitOwnFiles = {
  ...artifactOwnFiles,
  isOwn: (name: string): boolean =>
    artifactOwnFiles.isOwn(name) || /^(?:run\.sh|kit\.sha256|expect-[a-z0-9.]+\.bin)$/.test(name),
};

/** Room for an engine of each batch, which is hardly larger than its model, and for logs and times. */
const logsKiB = 64 * 1024;

/** What a kit is for, before anything is made. */
interface KitIntent {
  readonly gpu: Gpu;
  readonly intent: TensorrtIntent;
  readonly served: ReturnType<typeof servedReleases>['served'];
  readonly target: Target;
}

function targetOf(
  { precision, tf32, batches }: TensorrtIntent,
  gpu: Gpu,
  { form, served }: ReturnType<typeof servedReleases>,
): Target {
  const releases = describeReleases(served);
  return {
    name: 'tensorrt',
    reason: `a kit for TensorRT ${releases} on ${gpu.name}`,
    precision,
    form,
    release: `TensorRT ${releases}`,
    batches,
    layers: 'engine',
    tf32,
    float16: 'computed',
    minIterations: 100,
  };
}

/** Reads what a kit is to be for. Throws DiagnosticError where GPU, release and precision do not go together. */
function intentFor({ precision, tensorrt, timing, batch = 'N', batches }: KitOptions): KitIntent {
  const gpu = parseGpu(tensorrt.gpu);
  const sizes = batch === 'N' ? batches : [batch];
  const asked = intentOf(tensorrt, { precision, batches: sizes });
  const { warmUpMs, durationMs, minIterations } = timing ?? benchLimits({ minIterations: 100 });
  // Timings are repeated by further attempts, a cache is the attempt's own.
  const intent = { ...asked, warmUpMs, durationMs, iterations: minIterations, repeats: 1 };
  const releases = servedReleases(intent, gpu, tensorrt.trt);
  return { gpu, intent, served: releases.served, target: targetOf(intent, gpu, releases) };
}

type KitModel = ModelFacts & { readonly identity: ModelIdentity };

function factsOf({ graph: trained }: TrainedNetwork, made: MadeModel): KitModel {
  const { graph, manifest, prepared } = made;
  const facts = (values: Graph['inputs']) => values.map(({ name, type }) => ({ name, ...type }));
  return {
    path: artifactFiles.model,
    directory: attemptFolder,
    inputs: facts(graph.inputs),
    outputs: facts(graph.outputs),
    identity: identifyModel({ trained, pipeline: prepared.pipeline, graph }, manifest.weights),
    ...(manifest.float32Nodes ? { float32Nodes: manifest.float32Nodes } : {}),
  };
}

type PlannedFamily = ReleaseFamily & Pick<ScriptPlan, 'commands'>;

function planKit(
  { intent, gpu, served }: KitIntent,
  model: ModelFacts,
  doing: string,
): readonly PlannedFamily[] {
  const families = planFamilies(intent, gpu, model, served);
  const idle = families.find(({ plan }) => plan.commands.every(({ kind }) => kind === 'build'));
  if (idle) {
    fail('tensorrt-stripped-needs-refit', { doing, version: idle.plan.release.version });
  }
  return families.map((family) => ({
    ...family,
    commands: kitCommands(intent, family.plan, model),
  }));
}

const argumentsOf = ({ args }: TrtexecCommand): string[] => args.map(withoutFolder);

function plansOf(families: readonly PlannedFamily[]): KitFacts['plans'] {
  return families.map(({ from, until, plan, commands }) => ({
    from,
    ...(until === Number.POSITIVE_INFINITY ? {} : { until }),
    release: plan.release.version,
    graph: plan.graph,
    commands: commands.map(({ kind, batch, engine, log, ...command }) => ({
      kind,
      ...(batch === undefined ? {} : { batch }),
      arguments: argumentsOf(command as TrtexecCommand),
      engine: withoutFolder(engine),
      log: withoutFolder(log),
    })),
  }));
}

function keyPartsOf(
  { gpu, intent, served }: KitIntent,
  { identity: { graph, weights, ranges } }: KitModel,
  families: readonly PlannedFamily[],
): KitKeyParts {
  const [one] = served;
  return {
    model: sha256([graph, weights, ranges].join('\n')),
    arguments: families.flatMap(({ commands }) => commands.map(argumentsOf)),
    tensorrt: served.length === 1 && one ? one.release.version : describeReleases(families),
    gpu: `${gpu.computeCapability} ${gpu.name}`,
    batches: intent.batches,
    schema: measurementSchema,
  };
}

const sha256 = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex');

/** As sha256sum writes them. */
function digestLines(files: readonly KitFile[], { onnx }: MadeModel['manifest']): string {
  const digests = files.map(({ file, content }) => [sha256(content), file] as const);
  return [[onnx.digest, onnx.file] as const, ...digests]
    .map(([digest, file]) => `${digest}  ${file}\n`)
    .join('');
}

async function filesOf(
  kit: KitIntent,
  { manifest }: MadeModel,
  {
    question,
    facts,
    families,
  }: { question: Question; facts: ModelFacts; families: readonly PlannedFamily[] },
): Promise<readonly KitFile[]> {
  const { intent, gpu } = kit;
  const modelKiB = Math.ceil(manifest.onnx.sizeBytes / 1024);
  const script = await scriptOf({
    gpu,
    device: intent.device,
    neededKiB: modelKiB * (intent.profile ? 1 : intent.batches.length) + logsKiB,
    plans: families,
  });
  return [
    { file: kitFiles.script, content: script },
    ...expectedFiles(question, intent, facts.inputs[0]),
  ];
}

async function writeFiles(directory: string, files: readonly KitFile[]): Promise<void> {
  for (const { file, content } of files) await writeWhole(join(directory, file), content);
  await chmod(join(directory, kitFiles.script), 0o755);
}

/** Makes model.onnx and all that goes with it in a folder. */
async function fillKit(
  network: TrainedNetwork,
  kit: KitIntent,
  options: MakeOptions,
): Promise<Omit<Kit, 'directory'>> {
  const made = await makeModel(network, options);
  const { diagnostics: against } = await checkModel(network, made, options);
  const facts = factsOf(network, made);
  const families = planKit(kit, facts, 'packing');
  const { batches } = kit.intent;
  const question = await askForKit(network, made.prepared, { ...options, batches });
  const files = await filesOf(kit, made, { question, facts, families });
  const digests = digestLines(files, made.manifest);
  const keyParts = keyPartsOf(kit, facts, families);
  const key = kitKey(keyParts);
  const kitFacts: KitFacts = {
    schema: 1,
    key,
    keyParts: {
      ...keyParts,
      arguments: keyParts.arguments.map((args) => [...args]),
      batches: [...keyParts.batches],
    },
    digest: sha256(digests),
    gpu: kit.gpu,
    intent: kit.intent,
    identity: { ...facts.identity },
    plans: plansOf(families),
    expect: {
      against: question.against,
      ...describeAnswers(question),
      ...(question.termSize === undefined ? {} : { termSize: question.termSize }),
    },
  };
  await writeFiles(options.directory, [...files, { file: kitFiles.digests, content: digests }]);
  const manifest = { ...made.manifest, kit: { ...kitFacts } };
  await writeJson(join(options.directory, artifactFiles.manifest), manifest);
  const notes = families.at(-1)?.plan.notes ?? [];
  const releases = createDiagnostic('kit-releases', { releases: describeReleases(families) });
  return {
    key,
    keyParts,
    facts: kitFacts,
    manifest,
    diagnostics: [...notes, releases, ...made.diagnostics, ...against],
  };
}

/**
 * Makes a kit: a folder that builds, runs and times a network on a machine with a shell and trtexec alone, and comes back to be judged. A kit that was there
 * is replaced when the new one is whole; its attempts stay. Throws DiagnosticError where GPU, release, precision and network do not go together.
 */
export async function makeKit(options: KitOptions): Promise<Kit> {
  const { spec, precision: _, tensorrt: _tensorrt, timing: _timing, ...making } = options;
  const kit = intentFor(options);
  const { target, intent } = kit;
  const network = await loadNetwork(spec, options);
  try {
    const { directory } = options;
    return await placeArtifact(
      directory,
      async (staged, rename) => {
        const { batches } = intent;
        const made = await fillKit(network, kit, {
          ...making,
          target,
          batches,
          directory: staged,
          earlier: directory,
        });
        const diagnostics = made.diagnostics.map(rename);
        const isSound = diagnostics.every(({ severity }) => severity !== 'error');
        const withheld = isSound
          ? []
          : [createDiagnostic('artifact-withheld', { model: spec.name, directory })];
        return {
          value: { ...made, directory, diagnostics: [...diagnostics, ...withheld] },
          keep: isSound,
        };
      },
      kitOwnFiles,
    );
  } finally {
    network.close();
  }
}
