import { createHash } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import type { Graph } from '../../codegen/ir/graph.ts';
import type { ModelFacts, ModelIdentity } from '../../engines/model-facts.ts';
import type { TrtexecCommand } from '../../engines/tensorrt/planning/plan.ts';
import {
  artifactFiles,
  artifactOwnFiles,
  writeJson,
  writeWhole,
} from '../compile/artifact-files.ts';
import { checkModel } from '../compile/check-model.ts';
import { type MadeModel, makeModel } from '../compile/make-model.ts';
import { identifyModel } from '../compile/model-identity.ts';
import type { MakeOptions } from '../compile/model-options.ts';
import { placeArtifact } from '../compile/place-artifact.ts';
import type { Question } from '../compile/question.ts';
import { loadNetwork, type TrainedNetwork } from '../compile/trained-network.ts';
import { createDiagnostic } from '../diagnostics/diagnostic.ts';
import { describeReleases } from './describe-releases.ts';
import { askForKit, describeAnswers, expectedFiles, type KitFile } from './expected.ts';
import type { Kit, KitOptions } from './kit.ts';
import type { KitFacts } from './kit-facts.ts';
import { argumentsOf, familiesOf, keyPartsOf, type PlannedFamily } from './kit-families.ts';
import { kitFiles } from './kit-files.ts';
import { intentFor, type KitIntent } from './kit-intent.ts';
import { kitKey } from './kit-key.ts';
import { attemptFolder, scriptOf, withoutFolder } from './script.ts';

/** Files of a kit: those of an earlier one leave when another comes, its attempts stay. */
const kitOwnFiles = {
  ...artifactOwnFiles,
  isOwn: (name: string): boolean =>
    artifactOwnFiles.isOwn(name) || /^(?:run\.sh|kit\.sha256|expect-[a-z0-9.]+\.bin)$/.test(name),
};

/** Room for an engine of each batch, which is hardly larger than its model, and for logs and times. */
const logsKiB = 64 * 1024;

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
  const families = familiesOf(kit, facts, 'packing');
  const { batches } = kit.intent;
  const question = await askForKit(network, made.prepared, { ...options, batches });
  const files = await filesOf(kit, made, { question, facts, families });
  const digests = digestLines(files, made.manifest);
  const keyParts = keyPartsOf(kit, facts.identity, families);
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
          earlier: options.earlier ?? directory,
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
