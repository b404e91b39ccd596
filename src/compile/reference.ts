import { classOutputOf } from '../../codegen/architecture/output-names.ts';
import type { Graph } from '../../codegen/ir/graph.ts';
import { outputFormOf } from '../../codegen/passes/adapt-output.ts';
import { asFloat32 } from '../../codegen/tensors/as-float32.ts';
import type { ByteSource } from '../../codegen/tensors/byte-source.ts';
import { bytesOf, float32View } from '../../codegen/tensors/float-bytes.ts';
import { readAll, type TensorSource, wholeTensor } from '../../codegen/tensors/tensor-source.ts';
import { readNpy } from '../../codegen/weights/formats/npy.ts';
import { openNpz } from '../../codegen/weights/formats/npz.ts';
import { openZip } from '../../codegen/weights/formats/zip-archive.ts';
import type { Tensor } from '../../engines/engine.ts';
import { sliceBatch } from '../../engines/tensor-batch.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { createFileByteSource } from '../io/file-byte-source.ts';
import { sha256 } from '../io/sha256.ts';
import type { Reference } from '../language/spec.ts';
import type { Manifest } from './manifest.ts';
import type { TrainedNetwork } from './trained-network.ts';

/** An input, float32 [n, C, H, W], and what the training framework answered for it, float32 [n, …]. */
export interface ReferenceTensors {
  readonly input: Tensor;
  /** In the order of the network's outputs. */
  readonly answers: readonly Tensor[];
}

/** The file that holds the answers. */
export function answerFileOf({ logits, outputs }: Reference): string {
  const file = outputs ?? logits;
  if (file === undefined) throw new Error('a reference has an answer');
  return file;
}

async function withFile<T>(path: string, read: (source: ByteSource) => Promise<T>): Promise<T> {
  const source = createFileByteSource(path);
  try {
    return await read(source);
  } finally {
    source.close();
  }
}

async function floatsOf(tensor: TensorSource): Promise<Tensor> {
  const bytes = await readAll(asFloat32(tensor));
  return { dataType: 'float32', shape: tensor.shape, bytes };
}

function readTensor(path: string): Promise<Tensor> {
  return withFile(path, async (source) => {
    const { dataType, shape, bytes } = await readNpy(source);
    return await floatsOf(wholeTensor(dataType, shape, () => bytes));
  });
}

/** The arrays of a .npz file with these names. Throws DiagnosticError `reference-output-missing`. */
function readNamed(path: string, names: readonly string[]): Promise<readonly Tensor[]> {
  return withFile(path, async (source) => {
    const { tensors } = await openNpz(await openZip(source));
    const read: Tensor[] = [];
    for (const output of names) {
      const tensor = tensors.get(output);
      if (!tensor) {
        return fail('reference-output-missing', { file: path, output, found: [...tensors.keys()] });
      }
      read.push(await floatsOf(tensor));
    }
    return read;
  });
}

/** Answers of a .npz file by name; a .npy file is the answer of the only output. */
async function readAnswers(path: string, names: readonly string[]): Promise<readonly Tensor[]> {
  if (/\.npz$/i.test(path)) return await readNamed(path, names);
  const [output = '', ...others] = names;
  if (others.length > 0) fail('reference-output-missing', { file: path, output, found: [] });
  return [await readTensor(path)];
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
  const file = answerFileOf(files);
  const answers = await readAnswers(
    file,
    outputs.map(({ name }) => name),
  );
  for (const [index, { type }] of outputs.entries()) {
    const answer = answers[index] as Tensor;
    checkShape(file, answer, [input.shape[0] ?? 0, ...type.shape.slice(1)]);
  }
  return { input, answers };
}

/** The fewest digits that mean a float32 and no other. */
const float32Digits = 9;

const digestOf = ({ bytes }: Tensor): string => sha256(bytes);

/** The first input of a file with the classes' answer to it that a manifest tells. Throws DiagnosticError `reference-not-golden` where it tells none, or of another input. */
export async function readGolden(
  graph: Pick<Graph, 'inputs' | 'outputs'>,
  file: string,
  golden: Manifest['reference'],
): Promise<ReferenceTensors> {
  const input = sliceBatch(await readInput(graph, file), 0, 1);
  if (golden?.input.digest !== digestOf(input)) {
    const { outputs } = graph;
    const hasClasses = classOutputOf(outputs) !== undefined;
    const told = { file, hasGolden: golden !== undefined, hasClasses, outputs: outputs.length };
    return fail('reference-not-golden', told);
  }
  const { values } = golden;
  const bytes = bytesOf(Float32Array.from(values));
  return { input, answers: [{ dataType: 'float32', shape: [1, values.length], bytes }] };
}

/** What the manifest tells of a reference: its first input by digest, with the classes' answer in numbers; undefined where there is none or it is not finite. */
export async function describeReference(
  { graph }: Pick<TrainedNetwork, 'graph'>,
  files: Reference | undefined,
): Promise<Manifest['reference']> {
  if (!files) return undefined;
  const { input, answers } = await readReference(graph, files);
  const classes = classOutputOf(graph.outputs);
  const told = classes && answers[graph.outputs.indexOf(classes)];
  if (!told) return undefined;
  const [first, answer] = [sliceBatch(input, 0, 1), sliceBatch(told, 0, 1)];
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
