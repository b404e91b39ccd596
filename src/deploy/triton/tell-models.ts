/* What is told of planned models: the commands that follow, notes, and facts for machines. */
import { quoteForShell } from '../../../engines/command-text.ts';
import { rebuildBeside } from '../../compile/rebuild-command.ts';
import { createDiagnostic, type Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { ModelGroup } from './group-artifacts.ts';
import type { PlannedModel } from './plan-model.ts';

const uniqueOf = <T>(values: readonly T[]): readonly T[] => [...new Set(values)];

/** Runs the image that has what the models need; they may need several, a server each. */
export function serverCommands(models: readonly PlannedModel[], output: string): readonly string[] {
  const servings = models.map(({ group: { artifacts } }) => artifacts[0].serving);
  const tags = uniqueOf(servings.map(({ image }) => image?.tag ?? 'TAG'));
  // A backend that needs no release runs in every image.
  const bound = uniqueOf(
    servings.filter(({ release }) => release !== undefined).map(({ image }) => image?.tag ?? 'TAG'),
  );
  const gpus = servings.some(({ needsGpu }) => needsGpu) ? '--gpus all ' : '';
  const options = uniqueOf(servings.flatMap(({ serverOptions }) => serverOptions));
  const folder = output.startsWith('/') ? quoteForShell(output) : `"$PWD"/${quoteForShell(output)}`;
  return (bound.length > 0 ? bound : tags).map((tag) =>
    [
      `docker run --rm ${gpus}--shm-size=1g -p 8000:8000 -p 8001:8001 -p 8002:8002`,
      `-v ${folder}:/models nvcr.io/nvidia/tritonserver:${tag}-py3`,
      ['tritonserver --model-repository=/models', ...options].join(' '),
    ].join(' '),
  );
}

/** Judges the running model against its artifact. */
export function verifyCommand({ name, artifacts }: ModelGroup, server: string): string {
  const directory = quoteForShell(artifacts[0].directory);
  return `rcc verify --server ${server} --model ${name} ${directory}`;
}

/** A note where clients have to normalise: pixels are the better form. Of made-up weights nobody is a client. */
function inputNotes({ name, artifacts: [{ directory, manifest }] }: ModelGroup) {
  if (manifest.preprocessing.input.dataType === 'uint8' || 'synthetic' in manifest.weights)
    return [];
  const set = { '--input-type': 'uint8-nhwc' } as const;
  const rebuild = rebuildBeside(manifest, directory, 'pixels', { set });
  return [createDiagnostic('triton-float-input', { model: name, rebuild })];
}

export function notesOf(models: readonly PlannedModel[]): readonly Diagnostic[] {
  const notes = models.flatMap(({ group }) => [
    ...group.artifacts.flatMap(({ serving }) => serving.notes),
    ...inputNotes(group),
  ]);
  return [...new Map(notes.map((note) => [`${note.code} ${note.message}`, note])).values()];
}

/** A model as --json tells of it. */
export function serverFacts({ group: { name, artifacts }, version, maxBatch }: PlannedModel) {
  const { backend, image, release } = artifacts[0].serving;
  return {
    ...{ name, version, backend, maxBatch },
    ...(release === undefined ? {} : { release }),
    ...(image
      ? { image: `nvcr.io/nvidia/tritonserver:${image.tag}-py3`, because: image.because }
      : {}),
  };
}
