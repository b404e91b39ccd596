import { join } from 'node:path';
import type { Graph } from '../../codegen/ir/graph.ts';
import { artifactFiles, writeWhole } from '../compile/artifact-files.ts';
import { checkModel } from '../compile/check-model.ts';
import { type MadeModel, makeModel } from '../compile/make-model.ts';
import { identifyModel } from '../compile/model-identity.ts';
import type { MakeOptions } from '../compile/model-options.ts';
import { placeArtifact } from '../compile/place-artifact.ts';
import { loadNetwork, type TrainedNetwork } from '../compile/trained-network.ts';
import { createDiagnostic } from '../diagnostics/diagnostic.ts';
import { sha256 } from '../io/sha256.ts';
import { askForKit, describeAnswers, expectedFiles, type KitFile } from './expected.ts';
import type { Kit, KitOptions } from './kit.ts';
import { intentFor, type KitIntent } from './kit-intent.ts';
import { attemptFolder } from './script.ts';
import { type KitContents, type KitModel, kitOwnFiles, sealKit } from './seal-kit.ts';

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

async function writeFiles(directory: string, files: readonly KitFile[]): Promise<void> {
  for (const { file, content } of files) await writeWhole(join(directory, file), content);
}

/** Makes model.onnx and what it is to be asked in a folder. */
async function makeContents(
  network: TrainedNetwork,
  { intent }: KitIntent,
  options: MakeOptions,
): Promise<KitContents> {
  const made = await makeModel(network, options);
  const { diagnostics: against } = await checkModel(network, made, options);
  const model = factsOf(network, made);
  const { batches } = intent;
  const question = await askForKit(network, made.prepared, { ...options, batches });
  const files = expectedFiles(question, intent, model.inputs[0]);
  await writeFiles(options.directory, files);
  const expect = {
    against: question.against,
    ...describeAnswers(question),
    ...(question.termSize === undefined ? {} : { termSize: question.termSize }),
  };
  return {
    ...{ model, manifest: made.manifest, expect },
    digests: new Map(files.map(({ file, content }) => [file, sha256(content)])),
    diagnostics: [...made.diagnostics, ...against],
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
        const contents = await makeContents(network, kit, {
          ...making,
          target,
          batches,
          directory: staged,
          earlier: options.earlier ?? directory,
        });
        const made = await sealKit(contents, kit, staged);
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
