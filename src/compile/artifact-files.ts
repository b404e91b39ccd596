import { join } from 'node:path';
import type { Precision } from '../../codegen/precisions.ts';
import { writeArtifact } from '../io/artifact.ts';
import { jsonText } from '../io/json-text.ts';
import type { OwnFiles } from '../io/staged-folder.ts';
import { targets } from '../targets/targets.ts';

/** File names inside an artifact's folder (design.md, "Artifacts"). */
export const artifactFiles = {
  model: 'model.onnx',
  manifest: 'manifest.json',
  timing: 'timing.json',
  layers: 'layers.json',
  calibration: 'calibration.json',
  labels: 'labels.txt',
} as const;

/** Folder of an artifact where nobody names one. */
export function artifactDirectory(model: string, precision: Precision, root = 'build'): string {
  return join(root, model, precision);
}

/** Names of all files that rcc leaves in an artifact's folder, whatever the target, its release and the batches. */
const ownNames: readonly RegExp[] = [
  /^(?:model\.onnx|manifest\.json|timing\.json|calibration\.json|labels\.txt|layers\.json)$/,
  ...targets.flatMap(({ ownFiles = [] }) => ownFiles),
];

/** The files of an artifact: those of an earlier one leave when another comes. */
export const artifactOwnFiles: OwnFiles = {
  isOwn: (name) => ownNames.some((pattern) => pattern.test(name)),
  seal: artifactFiles.manifest,
};

/** Writes a file of text or bytes, whole or not at all. An aborted signal throws its reason. */
export async function writeWhole(
  path: string,
  content: string | Uint8Array,
  signal?: AbortSignal,
): Promise<void> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  await writeArtifact(path, (sink) => sink.write(bytes), signal);
}

/** Writes JSON for people and machines: two spaces, a line end. */
export async function writeJson(path: string, data: unknown): Promise<void> {
  await writeWhole(path, `${jsonText(data)}\n`);
}
