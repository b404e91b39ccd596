/** A network as people speak of it: stem, stages of blocks, head; from the paths of its nodes. */

import { type NodeCost, nodeCosts } from '../../../codegen/cost.ts';
import { isShortcut } from '../../../codegen/ir/block-path.ts';
import type { Graph } from '../../../codegen/ir/graph.ts';
import type { Shape, TensorType } from '../../../codegen/ir/types.ts';
import { groupBy } from '../../collections/group-by.ts';
import { type Step, stepsOf } from './steps.ts';

export interface Work {
  /** Multiply-accumulates of one picture. */
  readonly macs: number;
  readonly params: number;
}

/** One or more blocks in a row that are alike. */
export interface BlockGroup extends Work {
  /** Position of the first in its stage, from 1. */
  readonly first: number;
  readonly count: number;
  /** The main branch, a step a line. */
  readonly steps: readonly Step[];
  /** What the shortcut does, `identity` where it is the input itself; empty: there is no shortcut. */
  readonly shortcut: readonly string[];
  /** `256 × 56 × 56`. */
  readonly output: string;
}

export interface NetworkPart extends Work {
  readonly id: string;
  readonly title: string;
  readonly output: string;
  readonly groups: readonly BlockGroup[];
}

export interface NetworkOutline extends Work {
  readonly name: string;
  readonly input: string;
  readonly parts: readonly NetworkPart[];
}

/** Channels × height × width, without the batch. */
function shapeText(shape: Shape): string {
  return shape.slice(1).join(' × ');
}

function work(costs: readonly Work[]): Work {
  return {
    macs: costs.reduce((sum, { macs }) => sum + macs, 0),
    params: costs.reduce((sum, { params }) => sum + params, 0),
  };
}

function outputOf(costs: readonly NodeCost[]): string {
  const last: TensorType | undefined = costs.at(-1)?.output;
  return last ? shapeText(last.shape) : '';
}

function blockOf(costs: readonly NodeCost[], first: number): BlockGroup {
  const ofShortcut = costs.filter(({ node }) => isShortcut(node.name));
  const shortcut = stepsOf(ofShortcut).map(({ text }) => text);
  const residual = costs.some(
    ({ node }) => node.op === 'Add' || (node.op === 'FusedConv' && node.inputs.length > 3),
  );
  return {
    first,
    count: 1,
    steps: stepsOf(costs.filter(({ node }) => !isShortcut(node.name))),
    shortcut: residual && shortcut.length === 0 ? ['identity'] : shortcut,
    output: outputOf(costs),
    ...work(costs),
  };
}

function alike(a: BlockGroup, b: BlockGroup): boolean {
  const signature = ({ steps, shortcut, output, macs, params }: BlockGroup) =>
    JSON.stringify([steps, shortcut, output, macs, params]);
  return signature(a) === signature(b);
}

/** Neighbours that are alike become one group. */
function mergeAlike(blocks: readonly BlockGroup[]): readonly BlockGroup[] {
  const groups: BlockGroup[] = [];
  for (const block of blocks) {
    const last = groups.at(-1);
    if (last && alike(last, block)) groups[groups.length - 1] = { ...last, count: last.count + 1 };
    else groups.push(block);
  }
  return groups;
}

const partPattern = /^(stem|stage\d+|head)(?=\/)/;

function partOf(id: string, costs: readonly NodeCost[]): NetworkPart {
  const blocks = groupBy(costs, ({ node: { name } }) => /^stage\d+\/[^/]+/.exec(name)?.[0] ?? id);
  const title = id.startsWith('stage')
    ? `Stage ${id.slice('stage'.length)}`
    : `${id.charAt(0).toUpperCase()}${id.slice(1)}`;
  return {
    id,
    title,
    output: outputOf(costs),
    groups: mergeAlike([...blocks.values()].map((block, i) => blockOf(block, i + 1))),
    ...work(costs),
  };
}

/** Stem, stages and head of a graph as trained or after any pass; nodes without such a path become one part. */
export function outlineOf(graph: Graph): NetworkOutline {
  const costs = nodeCosts(graph);
  const parts = groupBy(costs, ({ node: { name } }) => partPattern.exec(name)?.[0] ?? 'layers');
  const [input] = graph.inputs;
  return {
    name: graph.name,
    input: input ? shapeText(input.type.shape) : '',
    parts: [...parts].map(([id, own]) => partOf(id, own)),
    ...work(costs),
  };
}
