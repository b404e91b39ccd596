import { writeArtifact } from '../io/artifact.ts';

/** File names inside an artifact's folder (design.md, "Artifacts"). */
export const artifactFiles = {
  model: 'model.onnx',
  manifest: 'manifest.json',
  timing: 'timing.json',
  layers: 'layers.json',
  calibration: 'calibration.json',
} as const;

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
  await writeWhole(path, `${JSON.stringify(data, null, 2)}\n`);
}
