/** The steps of a branch as people speak of them: what weighs the channels is one, and so are layers beside each other. */
import type { NodeCost } from '../../../codegen/cost.ts';
import { intOf, intsOf } from '../../../codegen/ir/ops.ts';
import { greatest } from '../../collections/extremes.ts';
import { groupBy } from '../../collections/group-by.ts';

export interface Step {
  readonly text: string;
  /** How it is drawn: one layer; layers beside each other, each on its part of the channels; weights of the channels. */
  readonly form: 'layer' | 'parts' | 'attention';
}

function window({ node }: NodeCost): string {
  return intsOf(node, 'kernel_shape', [1, 1]).join('×');
}

function stride({ node }: NodeCost): string {
  const [side = 1] = intsOf(node, 'strides', [1, 1]);
  return side > 1 ? `, stride ${side}` : '';
}

const groupsOf = ({ node }: NodeCost): number => intOf(node, 'group', 1);

function dilation({ node }: NodeCost): string {
  const [side = 1] = intsOf(node, 'dilations', [1, 1]);
  return side > 1 ? `, dilation ${side}` : '';
}

function convText(cost: NodeCost): string {
  const channels = cost.output.shape[1];
  if (cost.params === 0) return `zero channels to ${channels}${stride(cost)}`;
  const groups = groupsOf(cost) > 1 ? `, groups ${groupsOf(cost)}` : '';
  return `${window(cost)} conv, ${channels}${groups}${stride(cost)}${dilation(cost)}`;
}

/** What a node is called in the picture; operators that others take in (batch norm, Relu, Add) are not named. */
const stepTexts: Readonly<Partial<Record<NodeCost['node']['op'], (cost: NodeCost) => string>>> = {
  Conv: convText,
  FusedConv: convText,
  MaxPool: (cost) => `${window(cost)} max pool${stride(cost)}`,
  AveragePool: (cost) => `${window(cost)} average pool${stride(cost)}`,
  GlobalAveragePool: () => 'global average pool',
  Gemm: (cost) => `linear, ${cost.output.shape[1]}`,
  Softmax: () => 'softmax',
};

const textsOf = (costs: readonly NodeCost[]): readonly string[] =>
  costs.flatMap((cost) => stepTexts[cost.node.op]?.(cost) ?? []);

const partPattern = /\/(part|path)\d+(?=\/|$)/;

/** Nodes with the same answer are one step. */
function unitOf(name: string): string {
  const attention = /^.*?\/attention(?=\/|$)/.exec(name);
  if (attention) return attention[0];
  const part = partPattern.exec(name);
  return part ? `${name.slice(0, part.index)}/parts` : name;
}

/** `attention: 16 → 256` by its squeeze, `attention over 5 channels` by its window along them. */
function attentionStep(convs: readonly NodeCost[]): Step {
  const channels = convs.map(({ output }) => output.shape[1]);
  const [{ node } = {}] = convs;
  const side = node ? greatest(intsOf(node, 'kernel_shape', [1, 1])) : 1;
  const text = side > 1 ? `attention over ${side} channels` : `attention: ${channels.join(' → ')}`;
  return { text, form: 'attention' };
}

/** A step for each kind of layer on the parts: `3 of 4 parts: 3×3 conv, 26`. */
function partsSteps(costs: readonly NodeCost[]): readonly Step[] {
  const parts = costs.map(({ node }) => partPattern.exec(node.name));
  const total = new Set(parts.map((part) => part?.[0])).size;
  const word = parts[0]?.[1];
  const alike = groupBy(costs, (cost) => textsOf([cost]).join());
  return [...alike]
    .filter(([text]) => text !== '')
    .map(([text, own]) => {
      const count =
        own.length === total ? `${total} ${word}s` : `${own.length} of ${total} ${word}s`;
      return { text: `${count}: ${text}`, form: 'parts' };
    });
}

function stepsOfUnit(unit: string, costs: readonly NodeCost[]): readonly Step[] {
  const convs = costs.filter(({ node }) => node.op === 'Conv' || node.op === 'FusedConv');
  if (unit.endsWith('/attention')) return convs.length > 0 ? [attentionStep(convs)] : [];
  if (unit.endsWith('/parts')) return partsSteps(costs);
  const isGrouped = convs.some((cost) => cost.params > 0 && groupsOf(cost) > 1);
  return textsOf(costs).map((text) => ({ text, form: isGrouped ? 'parts' : 'layer' }));
}

/** The steps of nodes in their order. */
export function stepsOf(costs: readonly NodeCost[]): readonly Step[] {
  const units = groupBy(costs, ({ node }) => unitOf(node.name));
  return [...units].flatMap(([unit, own]) => stepsOfUnit(unit, own));
}
