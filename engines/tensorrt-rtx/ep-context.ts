import { encodeEpContext } from '../../codegen/onnx/ep-context.ts';
import { writeArtifact } from '../../src/io/artifact.ts';
import { version } from '../../src/version.ts';
import type { BuildRequest, EngineFile } from '../engine.ts';
import type { TensorrtRtxFacts } from './facts.ts';

/** In the artifact's folder, beside the engine. */
export const epContextFileName = 'model.ctx.onnx';

/** As onnxruntime calls the provider that is to take the node; other providers leave it alone. */
const provider = 'NvTensorRTRTXExecutionProvider';

/** `8.6` → `86`, as the provider writes it. Of several there is no word: left out, the provider does not compare. */
function architectureOf({ computeCapabilities: [first, ...others] }: TensorrtRtxFacts) {
  if (first === undefined || others.length > 0) return {};
  return { hardware_architecture: first.replace('.', '') };
}

function attributesOf(
  graphName: string,
  { file }: EngineFile,
  facts: TensorrtRtxFacts,
): Readonly<Record<string, number | string>> {
  return {
    main_context: 1,
    // The engine stays a file: the provider takes paths in the wrapper's folder only.
    embed_mode: 0,
    ep_cache_context: file,
    source: provider,
    ep_sdk_version: facts.compiler.replace('TensorRT-RTX ', ''),
    onnx_model_filename: 'model.onnx',
    partition_name: graphName,
    ...architectureOf(facts),
  };
}

/** Writes the model that onnxruntime's TensorRT-RTX provider loads, around an engine in the same folder. */
export async function writeEpContext(
  path: string,
  graph: NonNullable<BuildRequest['graph']>,
  engine: EngineFile,
  facts: TensorrtRtxFacts,
): Promise<void> {
  const bytes = encodeEpContext({
    graph,
    attributes: attributesOf(graph.name, engine, facts),
    metadata: { 'rcc.engine.sha256': engine.sha256 },
    producerVersion: version,
  });
  await writeArtifact(path, (sink) => sink.write(bytes));
}
