import { join } from 'node:path';
import type { OutputForm } from '../../codegen/architecture/output-names.ts';
import { nodeCosts } from '../../codegen/cost.ts';
import type { Graph } from '../../codegen/ir/graph.ts';
import { printType } from '../../codegen/ir/ops.ts';
import type { ByteSink } from '../../codegen/onnx/byte-sink.ts';
import { writeModel } from '../../codegen/onnx/write.ts';
import { outputFormOf } from '../../codegen/passes/adapt-output.ts';
import { type CastReport, runPasses } from '../../codegen/passes/pass.ts';
import { keptNodes, type PipelineOptions, passesFor } from '../../codegen/passes/pipeline.ts';
import { positionAt } from '../diagnostics/source.ts';
import { type Labels, readLabels } from '../images/labels.ts';
import { preprocessingOf } from '../images/preprocessing.ts';
import type { Preprocessing } from '../images/preprocessing-schema.ts';
import { writeArtifact } from '../io/artifact.ts';
import type { FileDigest } from '../io/file-sink.ts';
import { sha256 } from '../io/sha256.ts';
import { tellsClasses } from '../language/outputs.ts';
import type { Spec } from '../language/spec.ts';
import { version } from '../version.ts';
import { artifactFiles, writeJson, writeWhole } from './artifact-files.ts';
import type { Manifest } from './manifest.ts';
import type { MakeOptions } from './model-options.ts';
import { type CompileListener, runPhase } from './phases.ts';
import { type PreparedPrecision, preparePrecision } from './precision.ts';
import { digestSpec } from './spec-digest.ts';
import type { TrainedNetwork } from './trained-network.ts';

/** model.onnx as it was written, with what the manifest tells of it. */
export interface WrittenModel extends FileDigest {
  readonly graph: Graph;
  readonly weights: Manifest['weights'];
  readonly labels: Manifest['labels'];
  readonly preprocessing: Manifest['preprocessing'];
  readonly casts: readonly CastReport[];
  /** Nodes that compute in float32 although the model is of a lower precision. */
  readonly float32Nodes: readonly string[];
  readonly prepared: PreparedPrecision;
}

function runPipeline(
  network: TrainedNetwork,
  pipeline: PipelineOptions,
  listener: CompileListener | undefined,
  casts: CastReport[],
) {
  return runPhase('passes', listener, async () => {
    const { graph, records } = runPasses(network.graph, passesFor(pipeline), {
      reportCast: (report) => void casts.push(report),
      onAfter: (pass, after) => listener?.onGraph?.(pass, after),
    });
    const changed = records.filter((record) => record.changed).map((record) => record.pass);
    const detail = `${changed.join(', ')}: ${network.graph.nodes.length} → ${graph.nodes.length} nodes`;
    return { value: graph, detail };
  });
}

/** What the model says of itself, so that it can be served without anything beside it. */
function metadataOf(
  spec: Spec,
  options: MakeOptions,
  {
    output,
    weights,
    labels,
    preprocessing,
  }: {
    readonly output: OutputForm;
    readonly weights: Manifest['weights'];
    readonly labels: Labels | undefined;
    readonly preprocessing: Preprocessing;
  },
) {
  return {
    'rcc.model': spec.name,
    'rcc.precision': options.target.precision,
    'rcc.spec.sha256': digestSpec(spec),
    ...('digest' in weights
      ? { 'rcc.weights.sha256': weights.digest }
      : { 'rcc.weights.synthetic': `seed ${weights.seed}` }),
    ...(labels
      ? { 'rcc.labels.sha256': labels.digest, 'rcc.labels': labels.names.join('\n') }
      : {}),
    'rcc.preprocessing': JSON.stringify(preprocessing),
    ...(output === 'logits' ? {} : { 'rcc.output': output }),
  };
}

/** Calibrates where the precision needs it, runs the passes and writes model.onnx and layers.json. */
export async function writeOnnx(
  network: TrainedNetwork,
  options: MakeOptions,
): Promise<WrittenModel> {
  const casts: CastReport[] = [];
  const prepared = await preparePrecision(network, options);
  const graph = await runPipeline(network, prepared.pipeline, options.listener, casts);
  const path = join(options.directory, artifactFiles.model);
  return await runPhase('onnx', options.listener, async () => {
    let weights: Manifest['weights'] | undefined;
    const { spec } = network;
    const labels = await labelsOf(spec);
    const output = outputFormOf(graph);
    const preprocessing = preprocessingOf(spec, prepared.pipeline.input?.form ?? 'float32');
    const write = (sink: ByteSink) =>
      writeModel(graph, sink, {
        producerVersion: version,
        metadata: async () => {
          weights = await network.describeWeights();
          return metadataOf(spec, options, { output, weights, labels, preprocessing });
        },
      });
    const digest = await writeArtifact(path, write, options.signal);
    // A compiler that tells its own layers writes them under the same name.
    if (options.target.layers === 'graph') {
      await writeJson(join(options.directory, artifactFiles.layers), layersOf(graph));
    }
    const described = await writeLabels(options.directory, labels);
    if (!weights) throw new Error('the model was written without its metadata');
    const detail = `${artifactFiles.model}, ${(digest.sizeBytes / 1e6).toFixed(1)} MB`;
    const float32Nodes = keptNodes(graph, options.target.precision, prepared.pipeline);
    const made = {
      graph,
      weights,
      labels: described,
      preprocessing,
      casts,
      float32Nodes,
      prepared,
    };
    return { value: { ...digest, ...made }, detail };
  });
}

/** One entry a node: what `layers.json` holds. */
function layersOf(graph: Graph) {
  return nodeCosts(graph).map(({ node, output, macs, weightBytes, outputBytes }) => ({
    name: node.name,
    op: node.op,
    output: printType(output),
    macs,
    weightBytes,
    outputBytes,
    ...(node.span ? { line: positionAt(node.span.file, node.span.start).line } : {}),
  }));
}

async function labelsOf(spec: Spec): Promise<Labels | undefined> {
  const { labels, classes } = spec;
  if (labels === undefined || !tellsClasses(spec)) return undefined;
  return await readLabels(labels, classes);
}

/** Puts the names of the classes beside the model, one a line, whatever form the spec's file has. */
async function writeLabels(
  directory: string,
  labels: Labels | undefined,
): Promise<Manifest['labels']> {
  if (!labels) return undefined;
  const text = labels.names.map((name) => `${name}\n`).join('');
  await writeWhole(join(directory, artifactFiles.labels), text);
  const digest = sha256(text);
  return { file: artifactFiles.labels, digest, count: labels.names.length };
}
