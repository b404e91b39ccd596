/*
 * Float32 graph → typed float16 graph: float16 weights and activations, one Cast behind a float32 input and one before the output,
 * no Cast inside, Softmax in float32. What engines of TensorRT 9.1 and later take precision from.
 *
 * Blocks that are to stay in float32 stay so as a whole: a Cast between a convolution and its Add would keep engines from fusing them. Casts
 * stand where blocks meet, one a value, read by both branches.
 *
 * Of a graph with quantisers, what they are between is cast likewise, their scales too; what they make keeps its type.
 */
import type { Graph, Initializer, Node } from '../ir/graph.ts';
import type { DataType } from '../ir/types.ts';
import { typedQuantizersSince } from '../ir/verify.ts';
import { inputOf, isGraphOutput, outputOf } from '../ir/walk.ts';
import type { FloatRest } from '../quantization/scale-rounding.ts';
import { float32View } from '../tensors/float-bytes.ts';
import { castToFloat16 } from '../tensors/float16.ts';
import { mapRows, type TensorSource } from '../tensors/tensor-source.ts';
import { expandFused } from './expand-fused-conv.ts';
import { type LayerFilter, matchBlocks, noLayer } from './layer-filter.ts';
import type { Pass, PassContext } from './pass.ts';

export interface CastFloat16Options {
  /** Layers whose blocks stay in float32. */
  readonly keepFp32?: LayerFilter | undefined;
  /** What pools, sums up and flattens behind the last layer; default `float32`, so that the layer's kernel casts as it writes. */
  readonly tail?: FloatRest | undefined;
}

function castSource(tensor: string, source: TensorSource, context: PassContext): TensorSource {
  return mapRows(source, { dataType: 'float16', shape: source.shape }, () => {
    const counts = { clampedCount: 0, flushedCount: 0, largest: 0 };
    return {
      map(from, into) {
        const values = float32View(from);
        castToFloat16(values, new Uint16Array(into.buffer, into.byteOffset, values.length), counts);
      },
      end: () => context.reportCast?.({ tensor, ...counts }),
    };
  });
}

/** The initializer with its numbers rounded to float16 when they are read. */
export function castInitializer(initializer: Initializer, context: PassContext): Initializer {
  const { name, type, source, ...rest } = initializer;
  const cast = { ...rest, name, type: { ...type, dataType: 'float16' as const } };
  return source ? { ...cast, source: castSource(name, source, context) } : cast;
}

function castNode(name: string, input: string, output: string, to: DataType): Node {
  return { name, op: 'Cast', inputs: [input], outputs: [output], attributes: { to } };
}

/** What a node's value is called where it leaves no graph: of a fused convolution, what its last node makes. */
function ownValueOf(node: Node): string {
  return node.op === 'FusedConv' ? (expandFused(node).at(-1) ?? node).name : node.name;
}

/** Builds the typed graph node by node, with the type of every value made so far. */
class TypedNodes {
  readonly nodes: Node[] = [];
  readonly #types = new Map<string, DataType>();
  /** Value to read in place of another, where a Cast turned out to be idle. */
  readonly #renamed = new Map<string, string>();
  /** The float16 value behind each that leaves the graph as float32. */
  readonly #halves = new Map<string, string>();
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
    for (const { name, type } of graph.inputs) this.#types.set(name, type.dataType);
  }

  /** The name under which a value is to be had in a type; a Cast is added the first time. */
  read(value: string, type: DataType): string {
    const half = type === 'float16' ? this.#halves.get(value) : undefined;
    if (half !== undefined) return half;
    const source = this.#renamed.get(value) ?? value;
    if (this.#graph.initializers.has(source) || this.#types.get(source) === type) return source;
    const name = `${source}/cast`;
    if (!this.#types.has(name)) this.#push(castNode(name, source, name, type), type);
    return name;
  }

  /** A node that computes in `type`; a float16 value that leaves the graph as float32 is cast behind it. */
  add(node: Node, type: DataType): void {
    const inputs = node.inputs.map((input) => this.read(input, type));
    const output = outputOf(node);
    if (!isGraphOutput(this.#graph, output) || type === 'float32') {
      this.#push({ ...node, inputs }, type);
      return;
    }
    const half = ownValueOf(node);
    this.#halves.set(output, half);
    this.#push({ ...node, inputs, outputs: [half] }, type);
    this.#push(castNode(`${half}/cast`, half, output, 'float32'), 'float32');
  }

  /** A Cast of the graph before: it gives the type at once, or is left out where its input has it. */
  recast(node: Node, type: DataType): void {
    const input = inputOf(node, 0);
    if (this.#types.get(input) === type) this.#renamed.set(outputOf(node), input);
    else this.#push({ ...node, attributes: { to: type } }, type);
  }

  #push(node: Node, type: DataType): void {
    this.nodes.push(node);
    this.#types.set(outputOf(node), type);
  }
}

/** The nodes of a graph in the types that `typeOf` gives, with Casts where they meet. */
function retype(graph: Graph, typeOf: (node: Node) => DataType): readonly Node[] {
  const typed = new TypedNodes(graph);
  for (const node of graph.nodes) {
    if (node.op === 'Cast') typed.recast(node, typeOf(node));
    else typed.add(node, typeOf(node));
  }
  return typed.nodes;
}

/** Operators that may stand behind the last layer without being worth float16. */
const outputOps: ReadonlySet<Node['op']> = new Set([
  'GlobalAveragePool',
  'AveragePool',
  'ReduceSum',
  'Flatten',
  'Add',
  'Softmax',
]);

/**
 * The nodes that only pool, sum up, flatten or normalise what the last layer gives: they compute in float32, so that the layer's kernel
 * casts as it writes. Where an activation stands between, only Softmax is.
 */
function outputNodes(graph: Graph, type: FloatRest): ReadonlySet<string> {
  const first = graph.nodes.findLastIndex(({ op }) => !outputOps.has(op)) + 1;
  const layer = graph.nodes[first - 1];
  const isLayer = layer?.inputs.some((input) => graph.initializers.has(input)) ?? false;
  const tail = graph.nodes
    .slice(first)
    .filter(({ op }) => op === 'Softmax' || (isLayer && type === 'float32'));
  return new Set(tail.map(({ name }) => name));
}

function opsetFor({ opset, nodes }: Graph): number {
  const quantises = nodes.some(({ op }) => op === 'QuantizeLinear' || op === 'DequantizeLinear');
  return quantises ? Math.max(opset, typedQuantizersSince) : opset;
}

export function castFloat16({
  keepFp32 = noLayer,
  tail = 'float32',
}: CastFloat16Options = {}): Pass {
  return {
    name: 'castFloat16',
    run(graph, context) {
      const names = graph.nodes.map(({ name }) => name);
      const kept = matchBlocks(names, keepFp32);
      const behind = outputNodes(graph, tail);
      const typeOf = ({ name }: Node): DataType =>
        behind.has(name) || kept(name) ? 'float32' : 'float16';
      const wide = new Set(
        graph.nodes.filter((node) => typeOf(node) === 'float32').flatMap(({ inputs }) => inputs),
      );
      const initializers = new Map(
        [...graph.initializers].map(([name, initializer]) => [
          name,
          wide.has(name) || initializer.type.dataType !== 'float32'
            ? initializer
            : castInitializer(initializer, context),
        ]),
      );
      return { ...graph, opset: opsetFor(graph), initializers, nodes: retype(graph, typeOf) };
    },
  };
}
