/* The residual blocks of a graph: each Add of two tensors that flow, with the convolutions that may absorb it. */
import type { AuditNode, GraphIndex } from './audit-graph.ts';

/** A node in a chain that should hold only convolution, Add and Relu. */
export interface ChainBreach {
  readonly node: AuditNode;
  /** Completes "… stands between": `convolution and Add`. */
  readonly place: string;
}

export interface ResidualBlock {
  /** `stage1/block0`, or the Add's name where names are no paths. */
  readonly name: string;
  readonly add: string;
  readonly relu?: string;
  /** Convolutions whose output the Add reads; one of them should hold it. */
  readonly convs: readonly string[];
  /** What weighs the branch's channels before the Add: no convolution can hold the Add then, but the product's kernel can. */
  readonly attention?: Attention;
  readonly breaches: readonly ChainBreach[];
  /** Values between a convolution and the block's end that something else reads too, with that reader. */
  readonly secondReaders: readonly { readonly value: string; readonly reader: string }[];
}

/** Operations through which a convolution's output may still be "the convolution's output". */
const passing = new Set([
  'QuantizeLinear',
  'DequantizeLinear',
  'Cast',
  'Identity',
  'Dropout',
  'BatchNormalization',
  'Pad',
  'Transpose',
]);

/** A product of a map with a number for each of its channels. */
export interface Attention {
  /** Name of the Mul. */
  readonly product: string;
  /** Names of the nodes that make the numbers, from the last back to the pool. */
  readonly weights: readonly string[];
}

interface Operand {
  readonly conv?: AuditNode;
  readonly attention?: Attention;
  /** From the Add backwards, convolution excluded. */
  readonly between: readonly AuditNode[];
}

const longestChain = 16;

/** The nodes that lead to a value, each by its first input, up to a pool; undefined where there is none. */
function weightsOf(index: GraphIndex, value: string): readonly string[] | undefined {
  const names: string[] = [];
  let node = index.producer(value);
  while (node && names.length < longestChain) {
    names.push(node.name);
    if (/Pool$|^ReduceMean$/.test(node.op)) return names;
    node = index.producer(node.inputs[0] ?? '');
  }
  return undefined;
}

/** What a Mul weighs, whichever of its operands the weights are. */
function weighingOf(
  index: GraphIndex,
  mul: AuditNode | undefined,
): { readonly x: string; readonly attention: Attention } | undefined {
  if (mul?.op !== 'Mul') return undefined;
  for (const [x = '', other = ''] of [mul.inputs, mul.inputs.toReversed()]) {
    const weights = weightsOf(index, other);
    if (weights && index.producer(other)?.op !== 'Conv' && index.producer(x)) {
      return { x, attention: { product: mul.name, weights } };
    }
  }
  return undefined;
}

function operandOf(index: GraphIndex, value: string): Operand {
  const weighing = weighingOf(index, index.producer(value));
  if (weighing) return { attention: weighing.attention, between: [] };
  const between: AuditNode[] = [];
  let node = index.producer(value);
  while (node && passing.has(node.op) && between.length < longestChain) {
    between.push(node);
    node = index.producer(node.inputs[0] ?? '');
  }
  return node?.op === 'Conv' ? { conv: node, between } : { between };
}

const isQuantizer = ({ op }: AuditNode): boolean => /^(Quantize|Dequantize)Linear$/.test(op);

/**
 * A quantiser belongs on the shortcut's operand only (one of the two); whatever else stands between convolution and Add keeps them apart or
 * has to be undone by the compiler.
 */
function breachesOf(operands: readonly Operand[]): readonly ChainBreach[] {
  const chains = operands.filter(({ conv }) => conv);
  const strangers = chains.flatMap(({ between }) => between.filter((node) => !isQuantizer(node)));
  const quantized = chains.filter(({ between }) => between.some(isQuantizer));
  const bothQuantized = quantized.length === chains.length && chains.length > 0;
  const quantizers = bothQuantized ? (quantized.at(-1)?.between.filter(isQuantizer) ?? []) : [];
  return [...strangers, ...quantizers].map((node) => ({ node, place: 'convolution and Add' }));
}

function secondReadersOf(
  index: GraphIndex,
  chain: readonly AuditNode[],
  members: ReadonlySet<string>,
): ResidualBlock['secondReaders'] {
  return chain.flatMap((node) => {
    const [value = ''] = node.outputs;
    const others = index.users(value).filter(({ name }) => !members.has(name));
    const readers = others.map(({ name }) => name);
    if (index.isOutput(value)) readers.push('the network’s output');
    return readers.map((reader) => ({ value, reader }));
  });
}

function commonPath(names: readonly string[]): string {
  const [first = '', ...others] = names.map((name) => name.split('/'));
  const parts = [...first];
  for (const other of others) {
    const differs = parts.findIndex((part, i) => other[i] !== part);
    if (differs >= 0) parts.length = differs;
  }
  return parts.join('/');
}

/** `stage1/block0` of `stage1/block0/conv2/add` and the convolutions' names; the Add's name where they share no path. */
function blockName(add: AuditNode, convs: readonly AuditNode[]): string {
  const folders = [add, ...convs].map(({ name }) => name.split('/').slice(0, -1).join('/'));
  const [addFolder = ''] = folders;
  const sole = convs.length <= 1 ? addFolder.replace(/\/[^/]*$/, '') : commonPath(folders);
  return sole || add.name;
}

function blockOf(index: GraphIndex, add: AuditNode): ResidualBlock | undefined {
  const flowing = add.inputs.filter((input) => index.producer(input));
  if (flowing.length !== 2) return undefined;
  const operands = flowing.map((input) => operandOf(index, input));
  const convs = operands.flatMap(({ conv }) => conv ?? []);
  const [attention] = operands.flatMap((operand) => operand.attention ?? []);
  if (convs.length === 0 && !attention) return undefined;
  const [sum = ''] = add.outputs;
  const relu = index.users(sum).find(({ op }) => op === 'Relu');
  const chain = operands.flatMap(({ conv, between }) => (conv ? [...between, conv] : []));
  const members = new Set([...chain, add, ...(relu ? [relu] : [])].map(({ name }) => name));
  return {
    name: blockName(add, convs),
    add: add.name,
    ...(relu ? { relu: relu.name } : {}),
    convs: convs.map(({ name }) => name),
    ...(attention ? { attention } : {}),
    breaches: breachesOf(operands),
    secondReaders: secondReadersOf(index, [...chain, ...(relu ? [add] : [])], members),
  };
}

/** The residual blocks of a graph, in graph order. */
export function findResidualBlocks(index: GraphIndex): readonly ResidualBlock[] {
  return index.graph.nodes
    .filter(({ op }) => op === 'Add')
    .flatMap((add) => blockOf(index, add) ?? []);
}
