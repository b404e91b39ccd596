import { dirname, join, resolve } from 'node:path';
import type { Value } from '../../../codegen/ir/graph.ts';
import { createFileByteSource } from '../../../src/io/file-byte-source.ts';
import type { ModelFacts, TensorFacts } from '../../model-facts.ts';

type Tensors = readonly { readonly name: string; readonly type: Value['type'] | undefined }[];

function factsOf(tensors: Tensors): TensorFacts[] {
  return tensors.flatMap(({ name, type }) => (type ? [{ name, ...type }] : []));
}

/**
 * What planning needs of an ONNX file: its inputs and outputs; weights are not read. Paths become absolute, as a container needs them.
 * Throws as files that cannot be read or are no ONNX do.
 */
export async function readModel(modelPath: string, directory: string): Promise<ModelFacts> {
  const { inspectOnnx } = await import('../../../codegen/onnx/inspect.ts');
  const source = createFileByteSource(modelPath);
  try {
    const { inputs, outputs } = await inspectOnnx(source);
    return {
      path: resolve(modelPath),
      directory: resolve(directory),
      inputs: factsOf(inputs),
      outputs: factsOf(outputs),
    };
  } finally {
    source.close();
  }
}

/** The model that an engine was built from: it lies beside the engine. */
export function readModelBeside(engine: string): Promise<ModelFacts> {
  const directory = dirname(engine);
  return readModel(join(directory, 'model.onnx'), directory);
}
