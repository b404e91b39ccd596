import { writeArtifact } from '../io/artifact.ts';

/** File names inside an artifact's folder (design.md, "Artifacts"). */
export const artifactFiles = {
  model: 'model.onnx',
  manifest: 'manifest.json',
  timing: 'timing.json',
  layers: 'layers.json',
  calibration: 'calibration.json',
} as const;

/** Writes JSON for people and machines: two spaces, a line end. */
export async function writeJson(path: string, data: unknown): Promise<void> {
  const text = `${JSON.stringify(data, null, 2)}\n`;
  await writeArtifact(path, (sink) => sink.write(new TextEncoder().encode(text)));
}
