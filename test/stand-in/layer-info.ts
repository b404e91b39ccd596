/*
 * What --exportLayerInfo of a release says about an engine: invented kernels over layers that are fused as TensorRT fuses a ResNet
 * (fuse-layers.ts). 8.x to 10.x name `Bindings` and one `Format/Datatype` a tensor, 11.x has `I/O Tensors` and two fields; metadata came
 * with 8.6; an engine that was not built with --profilingVerbosity=detailed tells names only.
 */
import type { OnnxFile } from '../../codegen/onnx/read.ts';
import { summarizeOnnx } from '../../codegen/onnx/summary.ts';
import { type FusedLayer, fuseLayers } from './fuse-layers.ts';
import { orderOf, type Release } from './release.ts';

/** TensorRT's words for the types of a ResNet. */
type TypeWord = 'Float' | 'Half' | 'Int8' | 'FP8';

export interface LayerInfoOptions {
  readonly release: Release;
  readonly computeCapability: string;
  /** What the builder was allowed to compute in; absent: the graph's types decide. */
  readonly weak?: 'Float' | 'Half';
  readonly verbosity: string;
  /** STAND_IN_LAYERS: `unfused` leaves a residual Add on its own, `float` builds FP32 whatever was asked for, `tf32` computes FP32 as TF32, `missing` writes nothing. */
  readonly flaw?: string | undefined;
  readonly batch: number;
}

interface PlacedTensor {
  readonly name: string;
  readonly type: TypeWord;
  readonly shape: readonly number[];
}

interface PlacedLayer {
  readonly name: string;
  readonly type: string;
  readonly nodes: readonly string[];
  readonly inputs: readonly PlacedTensor[];
  readonly output: PlacedTensor;
  readonly relu: boolean;
}

const layerTypes: Readonly<Record<string, string>> = {
  Conv: 'CaskConvolution',
  Gemm: 'CaskGemmConvolution',
  MatMul: 'CaskGemmConvolution',
  MaxPool: 'CaskPooling',
  AveragePool: 'CaskPooling',
  GlobalAveragePool: 'CaskPooling',
  Flatten: 'NoOp',
  Cast: 'Reformat',
  QuantizeLinear: 'Reformat',
  Add: 'PointWise',
  Relu: 'PointWise',
  Softmax: 'CudaSoftMax',
};

const layouts: Readonly<Record<TypeWord, readonly [words: string, type: string]>> = {
  Float: ['Row major linear', 'FP32'],
  Half: ['Channel major', 'FP16'],
  Int8: ['Thirty-two wide channel vectorized row major', 'Int8'],
  // Invented: no list of an FP8 engine has been seen.
  FP8: ['Channel major', 'FP8'],
};

/** Operators that hand the type of their input on. */
const passing = new Set(['MaxPool', 'Flatten']);

const typeWords: Readonly<Record<string, TypeWord>> = {
  float16: 'Half',
  int8: 'Int8',
  float8e4m3fn: 'FP8',
};

/** Type and shape of every value as the graph declares them. */
function declaredTensors(file: OnnxFile, batch: number): Map<string, PlacedTensor> {
  const { inputs, layers } = summarizeOnnx(file);
  const nodes = file.graph.node ?? [];
  const values = layers.map(({ output: type }, i) => ({ name: nodes[i]?.output?.[0] ?? '', type }));
  return new Map(
    [...inputs, ...values].map(({ name, type }) => {
      const shape = (type?.shape ?? []).map((dim) => (dim === 'N' ? batch : dim));
      return [name, { name, type: typeWords[type?.dataType ?? ''] ?? 'Float', shape }];
    }),
  );
}

function nameOf({ nodes, ops, op }: FusedLayer): string {
  if (op === 'Cast') return `Reformatting CopyNode for Input Tensor 0 to ${nodes[0]}`;
  // The name of a layer with a quantiser leaves its Relu out.
  const quantizes = ops.includes('QuantizeLinear');
  return nodes.filter((_, i) => !(quantizes && ops[i] === 'Relu')).join(' + ');
}

/** A conversion at one of the network's ends, which trtexec names after the layer it serves. */
function reformat(name: string, from: PlacedTensor, to: PlacedTensor): PlacedLayer {
  return { name, type: 'Reformat', nodes: [], inputs: [from], output: to, relu: false };
}

/** What a weakly typed builder adds: the network's ends are FP32, whatever is computed in between. */
function withReformats(layer: PlacedLayer, ends: ReadonlySet<string>): PlacedLayer[] {
  const [first, ...others] = layer.inputs;
  const { output, name } = layer;
  const result = [layer];
  if (first && ends.has(first.name) && output.type === 'Half') {
    const inside = { ...first, name: `Reformatted ${first.name}`, type: 'Half' } as const;
    const before = reformat(`Reformatting CopyNode for Input Tensor 0 to ${name}`, first, inside);
    result.splice(0, 1, before, { ...layer, inputs: [inside, ...others] });
  }
  if (ends.has(output.name) && output.type === 'Half') {
    const inside = { ...output, name: `Reformatted ${output.name}` };
    const outside = { ...output, type: 'Float' } as const;
    const after = reformat(`Reformatting CopyNode for Output Tensor 0 to ${name}`, inside, outside);
    result.splice(-1, 1, { ...(result.at(-1) ?? layer), output: inside }, after);
  }
  return result;
}

function placeLayers(file: OnnxFile, options: LayerInfoOptions): PlacedLayer[] {
  const { flaw, weak, batch } = options;
  const tensors = declaredTensors(file, batch);
  const tensorOf = (name: string) =>
    tensors.get(name) ?? { name, type: 'Float' as const, shape: [] };
  const ends = new Set(
    [...(file.graph.input ?? []), ...(file.graph.output ?? [])].map((t) => t.name ?? ''),
  );
  return fuseLayers(file, flaw === 'unfused').flatMap((layer) => {
    const inputs = layer.inputs.map(tensorOf);
    const declared = tensorOf(layer.output);
    const passed = passing.has(layer.op) ? inputs[0]?.type : undefined;
    const quantized = declared.type === 'FP8' ? 'FP8' : 'Int8';
    const wanted = layer.ops.includes('QuantizeLinear')
      ? quantized
      : (passed ?? weak ?? declared.type);
    const output = { ...declared, type: flaw === 'float' ? 'Float' : wanted } as const;
    tensors.set(layer.output, output);
    const placed = {
      name: nameOf(layer),
      type: layerTypes[layer.op] ?? layer.op,
      nodes: layer.nodes,
      inputs,
      output,
      relu: layer.ops.includes('Relu'),
    };
    return weak === 'Half' ? withReformats(placed, ends) : [placed];
  });
}

const tactics: Readonly<Record<TypeWord, string>> = {
  Float: 'implicit_gemm_f32_ffma_simt',
  Half: 'xmma_fprop_implicit_gemm_f16_tensor16x8x8',
  Int8: 'xmma_fprop_implicit_gemm_i8_imma_tensor8x8x16',
  FP8: 'xmma_fprop_implicit_gemm_e4m3e4m3_e4m3f32_f32_tensor16x8x32',
};

const tf32Tactic = 'xmma_fprop_implicit_gemm_tf32f32_tf32f32_f32_tensor16x8x8';

function kernelFacts(layer: PlacedLayer, { computeCapability, flaw }: LayerInfoOptions): object {
  if (!/Convolution$/.test(layer.type)) return {};
  const type = layer.inputs[0]?.type ?? 'Float';
  const sm = `sm${computeCapability.replace('.', '')}`;
  return {
    ParameterType: 'Convolution',
    Weights: { Type: type, Count: 1 },
    HasReLU: layer.relu ? 1 : 0,
    TacticName: `standin_${sm}_${flaw === 'tf32' && type === 'Float' ? tf32Tactic : tactics[type]}`,
  };
}

/** Layers, bindings and everything else as one JSON text. */
export function layerInfoText(file: OnnxFile, options: LayerInfoOptions): string {
  const { release, verbosity } = options;
  const since = (version: string) => release.order >= orderOf(version);
  const describe = ({ name, type, shape }: PlacedTensor) => {
    const [words, short] = layouts[type];
    const multiples: Partial<Record<TypeWord, number>> = { Half: 8, FP8: 16 };
    const multiple = multiples[type] ? ` format where channel % ${multiples[type]} == 0` : '';
    const split = { Format: `${words}${multiple}`, Datatype: type };
    const joined = { 'Format/Datatype': `${words} ${short}${multiple || ' format'}` };
    return {
      Name: name,
      Location: 'Device',
      Dimensions: shape,
      ...(since('11.0.0') ? split : joined),
    };
  };
  const layers = placeLayers(file, options).map((layer) => ({
    Name: layer.name,
    LayerType: layer.type,
    Inputs: layer.inputs.map(describe),
    Outputs: [describe(layer.output)],
    ...kernelFacts(layer, options),
    ...(since('8.6.0') && layer.nodes.length > 0
      ? { Metadata: layer.nodes.map((node) => `[ONNX Layer: ${node}]`).join('\x1f') }
      : {}),
  }));
  const { input, output } = file.graph;
  const names = [...(input ?? []), ...(output ?? [])].map(({ name }) => name);
  const bindings = since('11.0.0')
    ? { 'I/O Tensors': names.map((Name) => ({ Name })) }
    : { Bindings: names };
  const told =
    verbosity === 'detailed'
      ? layers
      : layers.map(({ Name }, i) => (verbosity === 'none' ? String(i) : Name));
  return JSON.stringify({ Layers: told, ...bindings });
}

/** Names of the layers, as a profile gives them. */
export function layerNames(file: OnnxFile, options: LayerInfoOptions): string[] {
  return placeLayers(file, options).map(({ name }) => name);
}
