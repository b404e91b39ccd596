import type { DataType, Shape } from '../codegen/ir/types.ts';

/** A graph input or output as planning needs it. */
export interface TensorFacts {
  readonly name: string;
  readonly dataType: DataType;
  /** `N` stands where the batch is free. */
  readonly shape: Shape;
}

/** Which graph it is and whose numbers it has: known before the file is written. */
export interface ModelIdentity {
  /** SHA-256 of the graph's text. */
  readonly graph: string;
  /** Digest of the weights file, with the network's key where one was asked for, or the seed. */
  readonly weights: string;
  /** SHA-256 of the ranges that an int8 graph was made with, or `none`. */
  readonly ranges: string;
}

/** The network that is to be built, as far as trtexec's command line depends on it. */
export interface ModelFacts {
  /** ONNX file. */
  readonly path: string;
  /** Folder of the artifact: everything that trtexec writes goes here. */
  readonly directory: string;
  readonly inputs: readonly TensorFacts[];
  readonly outputs: readonly TensorFacts[];
  /** Parts of the engine's key. */
  readonly identity?: ModelIdentity;
  /** Nodes that are to compute in float32 where the builder chooses types. */
  readonly float32Nodes?: readonly string[];
}

/** Whether the graph leaves the batch free, so that a command line must say it. */
export function hasFreeBatch(model: ModelFacts): boolean {
  return model.inputs.some(({ shape }) => shape.includes('N'));
}

/** The batch of a graph that fixes it: the first size of its first input. */
export function fixedBatch(model: ModelFacts): number | undefined {
  const [first] = model.inputs[0]?.shape ?? [];
  return typeof first === 'number' ? first : undefined;
}

/** `x:4x3x224x224,y:4x10`: every input with a free batch, as trtexec's shape options want it. */
export function shapeText(model: ModelFacts, batch: number): string {
  return model.inputs
    .filter(({ shape }) => shape.includes('N'))
    .map(
      ({ name, shape }) => `${name}:${shape.map((dim) => (dim === 'N' ? batch : dim)).join('x')}`,
    )
    .join(',');
}
