import type { InferenceSession } from 'onnxruntime-node';
import { loadRuntime } from '../../engines/onnxruntime/runtime.ts';
import { Exit } from './console.ts';

const runtime = await loadRuntime();

type Source = string | Uint8Array;

/** A graph that onnxruntime loaded for the stand-in. */
export interface LoadedModel {
  readonly session: InferenceSession;
  readonly inputs: readonly Declared[];
  readonly outputs: readonly Declared[];
}

interface Declared {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

function declared(metadata: InferenceSession['inputMetadata']): Declared[] {
  return metadata.map((value) => {
    if (!value.isTensor) throw new Exit(1);
    return { name: value.name, type: value.type, shape: value.shape };
  });
}

export async function loadModel(source: Source): Promise<LoadedModel> {
  // Its optimiser joins float8 quantisers into other numbers than the graph's: seen with 1.2x, cosine 0.08.
  const options = {
    logSeverityLevel: 4,
    intraOpNumThreads: 1,
    graphOptimizationLevel: 'disabled',
  } as const;
  const session =
    typeof source === 'string'
      ? await runtime.InferenceSession.create(source, options)
      : await runtime.InferenceSession.create(source, options);
  return {
    session,
    inputs: declared(session.inputMetadata),
    outputs: declared(session.outputMetadata),
  };
}

export function isDynamic({ inputs }: LoadedModel): boolean {
  return inputs.some(({ shape }) => shape.some((size) => typeof size === 'string'));
}

const arrays = {
  float32: Float32Array,
  float16: Uint16Array,
  uint8: Uint8Array,
  int8: Int8Array,
} as const;

/** One run; inputs without bytes are zeros. */
export async function runModel(
  model: LoadedModel,
  batch: number,
  bytesOf: ReadonlyMap<string, Uint8Array>,
): Promise<InferenceSession.OnnxValueMapType> {
  const feeds = model.inputs.map(({ name, type, shape }) => {
    const sizes = shape.map((size) => (typeof size === 'number' ? size : batch));
    const count = sizes.reduce((product, size) => product * size, 1);
    const ArrayType = arrays[type as keyof typeof arrays];
    const given = bytesOf.get(name);
    const data = given ? new ArrayType(Uint8Array.from(given).buffer) : new ArrayType(count);
    if (data.length !== count) throw new Exit(1);
    return [name, new runtime.Tensor(type as 'float32', data as Float32Array, sizes)] as const;
  });
  return model.session.run(Object.fromEntries(feeds));
}
