/* The runtime graph of a compiled model as a layer list: what OpenVINO fused, in which types it computes, and in what time. */
import { rm } from 'node:fs/promises';
import * as z from 'zod';
import { ownValue } from '../../src/collections/own-value.ts';
import { fail } from '../../src/diagnostics/diagnostic.ts';
import { writeArtifact } from '../../src/io/artifact.ts';
import { readText } from '../../src/io/open-file.ts';
import { mostTimeMs } from '../../src/io/outside-fields.ts';
import { readJsonAs } from '../../src/io/outside-json.ts';
import type { EngineLayer, LayerKind, LayerList, LayerTensor } from '../audit/layer.ts';
import { printLayerList } from '../audit/read-layer-list.ts';
import { dataTypeOf, isQuantizedType } from '../audit/tensor-format.ts';

const runtimeNodes = z
  .array(
    z.object({
      name: z.string(),
      type: z.string(),
      kernel: z.string(),
      outputPrecisions: z.string(),
      layouts: z.string(),
      /** Names in the model that it was made from, with commas. */
      originals: z.string(),
      shape: z.array(z.int()),
      inputs: z.array(z.string()),
      timeMs: z.number().min(0).max(mostTimeMs).optional(),
    }),
  )
  .min(1);

type RuntimeNode = z.infer<typeof runtimeNodes>[number];

/** By OpenVINO's names of its layers; what is in none of them is `other`. */
const kinds: Readonly<Record<string, LayerKind>> = {
  Convolution: 'convolution',
  Deconvolution: 'convolution',
  FullyConnected: 'gemm',
  MatMul: 'gemm',
  Pooling: 'pooling',
  Reduce: 'pooling',
  AdaptivePooling: 'pooling',
  Softmax: 'softmax',
  SoftMax: 'softmax',
  Reorder: 'reformat',
  Convert: 'reformat',
  FakeQuantize: 'quantize',
  Subgraph: 'pointwise',
  Eltwise: 'pointwise',
  Pad: 'padding',
  Transpose: 'shuffle',
  Concatenation: 'shuffle',
  StridedSlice: 'shuffle',
  Split: 'shuffle',
  // A view of the same memory.
  Reshape: 'none',
  Squeeze: 'none',
  Unsqueeze: 'none',
  Input: 'none',
  Output: 'none',
};

/** What stands behind a node's name where OpenVINO took it apart. */
const partSuffix = /\/WithoutBiases(?:\/.*)?$/;

function onnxNodesOf({ originals }: RuntimeNode): readonly string[] {
  const names = originals.split(',').map((name) => name.replace(partSuffix, ''));
  return [...new Set(names)].filter((name) => name !== '');
}

function tensorOf({ name, outputPrecisions, layouts, shape }: RuntimeNode): LayerTensor {
  const dataType = dataTypeOf(outputPrecisions);
  return { name, shape, format: layouts, ...(dataType ? { dataType } : {}) };
}

/** Whether the numbers of a tensor stand in the same order whatever its layout: its maps are points. */
function isPoint({ shape = [] }: LayerTensor): boolean {
  return shape.slice(2).every((size) => size === 1);
}

/** A reorder that changes neither type nor order is a view, and a generated kernel that only quantises is one of OpenVINO's general ones. */
function kindOf(
  { type }: RuntimeNode,
  nodes: readonly string[],
  [reads, writes]: readonly [LayerTensor | undefined, LayerTensor],
): LayerKind {
  const kind = ownValue(kinds, type) ?? 'other';
  if (type === 'Reorder' && reads?.dataType === writes.dataType && isPoint(writes)) return 'none';
  const quantizes = nodes.length > 0 && nodes.every((name) => /quantize$/i.test(name));
  return kind === 'pointwise' && quantizes && isQuantizedType(writes.dataType) ? 'quantize' : kind;
}

function layerOf(node: RuntimeNode, tensors: ReadonlyMap<string, LayerTensor>): EngineLayer {
  const output = tensorOf(node);
  const nodes = onnxNodesOf(node);
  const inputs = node.inputs.flatMap((name) => tensors.get(name) ?? []);
  return {
    name: node.name,
    type: `${node.type} ${node.kernel}`,
    kind: kindOf(node, nodes, [inputs[0], output]),
    inputs,
    outputs: node.type === 'Output' ? [] : [output],
    onnxNodes: nodes,
    // What is rounded to numbers from 0 up has nothing below: the Relu is in the quantiser.
    ...(output.dataType === 'uint8' ? { relu: true } : {}),
    ...(node.timeMs === undefined ? {} : { timeMs: node.timeMs }),
  };
}

function bindingsOf(nodes: readonly RuntimeNode[]): readonly string[] {
  return nodes.flatMap(({ type, name, inputs }) =>
    type === 'Input' ? [name] : type === 'Output' ? inputs : [],
  );
}

/** The layer list in what our script wrote; undefined where it wrote something else. */
export function parseRuntimeGraph(text: string): LayerList | undefined {
  const { value: nodes, problem } = readJsonAs(runtimeNodes, text);
  if (problem || !nodes) return undefined;
  const tensors = new Map(nodes.map((node) => [node.name, tensorOf(node)]));
  return {
    source: 'openvino',
    layers: nodes.map((node) => layerOf(node, tensors)),
    bindings: bindingsOf(nodes),
    detailed: true,
    complete: true,
  };
}

/** Turns the runtime graph that our script wrote into a layer list at `path`. */
export async function keepLayers(raw: string, path: string, doing: string): Promise<void> {
  const text = await readText(raw, 'layer list');
  const list = parseRuntimeGraph(text);
  await rm(raw, { force: true });
  if (!list) return fail('openvino-answer-unreadable', { doing, problem: 'its layers are none' });
  const bytes = new TextEncoder().encode(printLayerList(list));
  await writeArtifact(path, (sink) => sink.write(bytes));
}
