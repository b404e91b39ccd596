import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { lowerSpec } from '../../codegen/architecture/lower.ts';
import { readOnnx } from '../../codegen/onnx/read.ts';
import { runPasses } from '../../codegen/passes/pass.ts';
import { passesFor } from '../../codegen/passes/pipeline.ts';
import { type AuditReport, auditLayers } from '../../engines/audit/audit.ts';
import { findLayerLists } from '../../engines/audit/audit-folder.ts';
import { type AuditGraph, auditGraphOfOnnx, withFloat32 } from '../../engines/audit/audit-graph.ts';
import type { Precision } from '../../engines/engine.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/source.ts';
import { createFileByteSource } from '../io/file-byte-source.ts';
import { artifactFiles } from './artifact-files.ts';
import type { Manifest } from './manifest.ts';
import { readManifest } from './read-manifest.ts';
import { digestSpec } from './spec-digest.ts';
import { loadSpecFiles } from './spec-files.ts';

/** A layer list, and what it says of its engine. */
export interface AuditedList {
  readonly path: string;
  readonly report: AuditReport;
}

async function graphBeside(folder: string): Promise<AuditGraph | undefined> {
  const path = join(folder, artifactFiles.model);
  if (!existsSync(path)) return undefined;
  const source = createFileByteSource(path);
  try {
    return auditGraphOfOnnx((await readOnnx(source)).graph);
  } finally {
    source.close();
  }
}

/** Where in the .rn file each node comes from, if the spec that made the artifact is still there and means the same. */
async function spansOf(manifest: Manifest | undefined): Promise<ReadonlyMap<string, Span>> {
  const path = manifest?.command?.find((word) => /\.rn(#.*)?$/.test(word));
  if (!manifest || path === undefined) return new Map();
  const { specs } = await loadSpecFiles([path]);
  const spec = specs.find(({ name }) => name === manifest.model);
  if (!spec || digestSpec(spec) !== manifest.spec.digest) return new Map();
  const { graph } = runPasses(lowerSpec(spec), passesFor({ precision: 'fp32' }));
  return new Map(graph.nodes.flatMap(({ name, span }) => (span ? [[name, span]] : [])));
}

export interface AuditOptions {
  /** Default: as the manifest says. */
  readonly precision?: Precision | undefined;
  /** Times of the layers, where the file has another name than the usual one. */
  readonly profile?: string | undefined;
}

/** What the manifest of a TensorRT engine says of TF32. */
function tf32Of(manifest: Manifest | undefined): boolean | undefined {
  const tf32 = manifest?.facts?.tf32;
  return typeof tf32 === 'boolean' ? tf32 : undefined;
}

/**
 * Judges the engines of an artifact's folder, or the one whose layer list is given, against the model.onnx and the manifest beside it as far as they
 * are there. Throws DiagnosticError `audit-precision-unknown` where neither the caller nor a manifest says what was asked for.
 */
export async function auditArtifact(
  path: string,
  { precision, profile }: AuditOptions = {},
): Promise<readonly AuditedList[]> {
  const lists = await findLayerLists(path, profile);
  const folder = (await stat(path)).isDirectory() ? path : dirname(path);
  const hasManifest = existsSync(join(folder, artifactFiles.manifest));
  const manifest = hasManifest ? await readManifest(folder) : undefined;
  const asked = precision ?? manifest?.precision ?? fail('audit-precision-unknown', { path });
  const graph = await graphBeside(folder);
  const spans = await spansOf(manifest);
  return lists.map((found) => ({
    path: found.path,
    report: auditLayers(found.list, {
      precision: asked,
      tf32: tf32Of(manifest),
      ...(graph ? { graph: withFloat32(graph, manifest?.float32Nodes) } : {}),
      spanOf: (node) => spans.get(node),
    }),
  }));
}
