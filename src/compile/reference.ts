import type { Graph } from '../../codegen/ir/graph.ts';
import { outputFormOf } from '../../codegen/passes/adapt-output.ts';
import { asFloat32 } from '../../codegen/tensors/as-float32.ts';
import { bytesOf, float32View } from '../../codegen/tensors/float-bytes.ts';
import { readAll, wholeTensor } from '../../codegen/tensors/tensor-source.ts';
import { readNpy } from '../../codegen/weights/formats/npy.ts';
import type { Tensor } from '../../engines/engine.ts';
import { sliceBatch } from '../../engines/tensor-batch.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { createFileByteSource } from '../io/file-byte-source.ts';
import { sha256 } from '../io/sha256.ts';
import type { Reference } from '../language/spec.ts';
import type { Manifest } from './manifest.ts';
import type { TrainedNetwork } from './trained-network.ts';

/** An input, float32 [n, C, H, W], and what the training framework answered for it, float32 [n, classes]. */
export interface ReferenceTensors {
  readonly input: Tensor;
  readonly logits: Tensor;
}

async function readTensor(path: string): Promise<Tensor> {
  const source = createFileByteSource(path);
  try {
    const { dataType, shape, bytes } = await readNpy(source);
    const floats = asFloat32(wholeTensor(dataType, shape, () => bytes));
    return { dataType: 'float32', shape, bytes: await readAll(floats) };
  } finally {
    source.close();
  }
}

type Needed = readonly (number | 'N')[];

function checkShape(file: string, { shape }: Tensor, needed: Needed): void {
  const fits =
    shape.length === needed.length &&
    needed.every((dim, axis) => dim === 'N' || dim === shape[axis]);
  if (!fits) fail('reference-shape', { file, shape, needed });
}

/** A shape for any number of images: a model of a fixed batch takes them in parts. */
function anyBatch([value]: Graph['inputs']): Needed {
  return ['N', ...(value?.type.shape.slice(1) ?? [])];
}

async function readInput({ inputs }: Pick<Graph, 'inputs'>, file: string): Promise<Tensor> {
  const input = await readTensor(file);
  checkShape(file, input, anyBatch(inputs));
  return input;
}

/** Reads a reference of a network. Throws DiagnosticError, `reference-shape` where the arrays are not this network's. */
export async function readReference(
  { inputs, outputs }: Pick<Graph, 'inputs' | 'outputs'>,
  files: Reference,
): Promise<ReferenceTensors> {
  const input = await readInput({ inputs }, files.input);
  const logits = await readTensor(files.logits);
  checkShape(files.logits, logits, [input.shape[0] ?? 0, ...anyBatch(outputs).slice(1)]);
  return { input, logits };
}

/** The fewest digits that mean a float32 and no other. */
const float32Digits = 9;

const digestOf = ({ bytes }: Tensor): string => sha256(bytes);

/** The first input of a file with the answer to it that a manifest tells. Throws DiagnosticError `reference-not-golden` where it tells none, or of another input. */
export async function readGolden(
  graph: Pick<Graph, 'inputs'>,
  file: string,
  golden: Manifest['reference'],
): Promise<ReferenceTensors> {
  const input = sliceBatch(await readInput(graph, file), 0, 1);
  if (golden?.input.digest !== digestOf(input)) {
    return fail('reference-not-golden', { file, hasGolden: golden !== undefined });
  }
  const { values } = golden;
  const bytes = bytesOf(Float32Array.from(values));
  return { input, logits: { dataType: 'float32', shape: [1, values.length], bytes } };
}

/** What the manifest tells of a reference: its first input by digest, with the answer in numbers; undefined where those are not finite. */
export async function describeReference(
  { graph }: Pick<TrainedNetwork, 'graph'>,
  files: Reference | undefined,
): Promise<Manifest['reference']> {
  if (!files) return undefined;
  const { input, logits } = await readReference(graph, files);
  const [first, answer] = [sliceBatch(input, 0, 1), sliceBatch(logits, 0, 1)];
  const values = [...float32View(answer.bytes)];
  // A verdict tells of such an answer; it is nothing to compare with.
  if (!values.every(Number.isFinite)) return undefined;
  return {
    input: {
      digest: digestOf(first),
      shape: [...first.shape],
    },
    output: outputFormOf(graph),
    values: values.map((value) => Number(value.toPrecision(float32Digits))),
  };
}
