import { join } from 'node:path';
import type { CopiedFile, DeployArtifact } from './destination.ts';

/** The model, under its own name. */
export function modelFile({ directory, manifest: { onnx } }: DeployArtifact): CopiedFile {
  return { path: onnx.file, from: join(directory, onnx.file), sha256: onnx.digest };
}

/** The labels, where the artifact has them. */
export function labelsFile({ directory, manifest: { labels } }: DeployArtifact): CopiedFile[] {
  if (!labels) return [];
  return [{ path: labels.file, from: join(directory, labels.file), sha256: labels.digest }];
}
