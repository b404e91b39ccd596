/* What TensorRT-RTX makes of a graph: built for real, its layers audited, nothing kept. */
import { join } from 'node:path';
import type { Graph } from '../../codegen/ir/graph.ts';
import { writeModel } from '../../codegen/onnx/write.ts';
import { runPasses } from '../../codegen/passes/pass.ts';
import { passesFor } from '../../codegen/passes/pipeline.ts';
import type { Precision } from '../../codegen/precisions.ts';
import { type AuditReport, auditLayers } from '../../engines/audit/audit.ts';
import { findLayerLists } from '../../engines/audit/audit-folder.ts';
import { type AuditGraph, auditGraphOf } from '../../engines/audit/audit-graph.ts';
import type { LayerList } from '../../engines/audit/layer.ts';
import type { ComputeCapability } from '../../engines/tensorrt-rtx/compute-capability.ts';
import { createTensorrtRtxEngine } from '../../engines/tensorrt-rtx/engine.ts';
import { tensorrtRtxForm } from '../../engines/tensorrt-rtx/graph-form.ts';
import type { TensorrtRtxOptions } from '../../engines/tensorrt-rtx/options.ts';
import type { TensorrtRtxInstallation } from '../../engines/tensorrt-rtx/probe.ts';
import { writeArtifact } from '../../src/io/artifact.ts';
import { withTemporaryFolder } from '../../src/io/temporary-folder.ts';
import { version } from '../../src/version.ts';

export interface BuildOptions extends Pick<TensorrtRtxOptions, 'auxStreams' | 'tf32'> {
  readonly precision: Precision;
  readonly capability: ComputeCapability;
}

/** An ONNX file and what an audit compares with its engine. */
export interface Model {
  readonly path: string;
  readonly graph: AuditGraph;
}

export interface BuildAudit {
  readonly audit: AuditReport;
  readonly list: LayerList;
}

/** The graph that rcc writes for a precision and a compute capability. */
export function graphFor(graph: Graph, { precision, capability }: BuildOptions): Graph {
  return runPasses(graph, passesFor(tensorrtRtxForm(precision, Number(capability)))).graph;
}

export async function writeOnnxFile(path: string, graph: Graph): Promise<void> {
  const options = { producerVersion: version, metadata: () => ({}) };
  await writeArtifact(path, (sink) => writeModel(graph, sink, options));
}

/** Builds a model file. Throws DiagnosticError where the compiler refuses it. */
export async function buildModelFile(
  installation: TensorrtRtxInstallation,
  { path, graph }: Model,
  { precision, capability, ...options }: BuildOptions,
): Promise<BuildAudit> {
  const computeCapabilities = [capability];
  const engine = createTensorrtRtxEngine({ installation, computeCapabilities, ...options });
  return await withTemporaryFolder(async (directory) => {
    await engine.build({ modelPath: path, directory });
    const [found] = await findLayerLists(directory);
    if (!found) throw new Error('the build left no layers');
    return { audit: auditLayers(found.list, { precision, graph }), list: found.list };
  });
}

/** Builds a graph as it stands. Throws DiagnosticError where the compiler refuses it. */
export async function buildGraph(
  installation: TensorrtRtxInstallation,
  graph: Graph,
  options: BuildOptions,
): Promise<BuildAudit> {
  return await withTemporaryFolder(async (folder) => {
    const path = join(folder, 'model.onnx');
    await writeOnnxFile(path, graph);
    return await buildModelFile(installation, { path, graph: auditGraphOf(graph) }, options);
  });
}
