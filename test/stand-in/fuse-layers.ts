import type { OnnxFile } from '../../codegen/onnx/read.ts';

/** A node of an ONNX file, its optional texts filled in. */
interface OnnxNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
}

/** One layer of the pretended engine, and the ONNX nodes that it holds. */
export interface FusedLayer {
  /** Operator of the first node: what the layer does. */
  readonly op: string;
  readonly nodes: readonly string[];
  /** Operators of the nodes, in their order. */
  readonly ops: readonly string[];
  /** Values that flow in; what a DequantizeLinear makes of an int8 tensor counts as that tensor. */
  readonly inputs: readonly string[];
  readonly output: string;
}

/** Nodes that move no data of their own: folded into weights or into the layers around them. */
const folded = new Set(['DequantizeLinear', 'Constant', 'Identity']);
const fusing = new Set(['Conv', 'Gemm', 'MatMul']);

class Fuser {
  readonly #nodes: readonly OnnxNode[];
  readonly #producers: ReadonlyMap<string, OnnxNode>;
  readonly #constants: Set<string>;
  readonly #taken = new Set<OnnxNode>();
  /** Whether the next residual Add stays a kernel of its own. */
  #spoil: boolean;

  constructor({ graph, initializers }: OnnxFile, spoil: boolean) {
    this.#nodes = (graph.node ?? []).map(({ name, opType, input, output }) => ({
      name: name || output?.[0] || '',
      op: opType ?? '',
      inputs: input ?? [],
      output: output?.[0] ?? '',
    }));
    this.#producers = new Map(this.#nodes.map((node) => [node.output, node]));
    this.#constants = new Set(initializers.map(({ name }) => name));
    this.#spoil = spoil;
  }

  fuse(): FusedLayer[] {
    return this.#nodes.flatMap((node) => this.#layerFrom(node) ?? []);
  }

  #layerFrom(node: OnnxNode): FusedLayer | undefined {
    if (node.inputs.every((input) => this.#constants.has(input))) {
      this.#constants.add(node.output);
      return undefined;
    }
    if (this.#taken.has(node) || folded.has(node.op)) return undefined;
    const members = [node];
    for (let next = this.#absorbed(members); next; next = this.#absorbed(members)) {
      members.push(next);
      this.#taken.add(next);
    }
    const made = new Set(members.map(({ output }) => output));
    const read = members.flatMap(({ inputs }) => inputs).filter((input) => !made.has(input));
    return {
      op: node.op,
      nodes: members.map(({ name }) => name),
      ops: members.map(({ op }) => op),
      inputs: [...new Set(this.#flowing(read))],
      output: members.at(-1)?.output ?? '',
    };
  }

  #flowing(values: readonly string[]): string[] {
    const flowing = values.filter((value) => !this.#constants.has(value));
    return flowing.map((value) => {
      const producer = this.#producers.get(value);
      return producer?.op === 'DequantizeLinear' ? (producer.inputs[0] ?? value) : value;
    });
  }

  /** The node that the layer goes on with: the only reader of its result, if the kernel can do that too. */
  #absorbed(members: readonly OnnxNode[]): OnnxNode | undefined {
    const [first, last] = [members[0], members.at(-1)];
    const readers = this.#nodes.filter(({ inputs }) => inputs.includes(last?.output ?? ''));
    const [next] = readers;
    if (!next || readers.length > 1) return undefined;
    const has = (op: string) => members.some((member) => member.op === op);
    if (has('QuantizeLinear')) return undefined;
    if (next.op === 'QuantizeLinear') return next;
    if (next.op === 'Relu' && first?.op === 'Add') return next;
    if (!fusing.has(first?.op ?? '')) return undefined;
    if (next.op === 'Relu') return has('Relu') ? undefined : next;
    if (next.op !== 'Add' || has('Add') || has('Relu')) return undefined;
    return this.#joins(next, last?.output) ? next : undefined;
  }

  /** Whether the Add's other operand is made before this convolution: the later of two absorbs the Add. */
  #joins(add: OnnxNode, own: string | undefined): boolean {
    const other = add.inputs.find((input) => input !== own) ?? '';
    const place = (value: string) => this.#nodes.findIndex(({ output }) => output === value);
    if (place(other) > place(own ?? '')) return false;
    const spoiled = this.#spoil;
    this.#spoil = false;
    return !spoiled;
  }
}

/** The layers that TensorRT makes of a ResNet: Conv, Add, Relu and the quantiser behind them in one kernel. `spoil` leaves the first Add out. */
export function fuseLayers(file: OnnxFile, spoil: boolean): FusedLayer[] {
  return new Fuser(file, spoil).fuse();
}
