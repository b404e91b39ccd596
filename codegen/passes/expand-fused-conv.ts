/*
 * FusedConv becomes Conv → Add → Relu, side by side and in the order that engines fuse: the convolution first, the residual
 * as the Add's second operand. The inverse of fuseResidual: names come out as lowering gave them.
 */
import { editGraph } from '../ir/edit.ts';
import type { Node } from '../ir/graph.ts';
import { outputOf } from '../ir/walk.ts';
import type { Pass } from './pass.ts';

/** Conv, then Add and Relu where the node has a residual and an activation. */
export function expandFused(fused: Node): readonly Node[] {
  const { activation, ...attributes } = fused.attributes;
  const residual = fused.inputs[3];
  const steps: Pick<Node, 'op' | 'name' | 'inputs' | 'attributes'>[] = [
    { op: 'Conv', name: fused.name, inputs: fused.inputs.slice(0, 3), attributes },
  ];
  const follow = (op: Node['op'], name: string, ...others: readonly string[]): void => {
    const before = steps.at(-1)?.name ?? fused.name;
    steps.push({ op, name: `${fused.name}/${name}`, inputs: [before, ...others], attributes: {} });
  };
  if (residual !== undefined) follow('Add', 'add', residual);
  if (activation === 'Relu') follow('Relu', 'relu');
  return steps.map((step, i) => ({
    ...step,
    outputs: [i === steps.length - 1 ? outputOf(fused) : step.name],
    ...(fused.span ? { span: fused.span } : {}),
  }));
}

export const expandFusedConv: Pass = {
  name: 'expandFusedConv',
  run(graph) {
    const fused = graph.nodes.filter((node) => node.op === 'FusedConv');
    return editGraph(graph, {
      replaceNodes: new Map(fused.map((node) => [node.name, expandFused(node)])),
    });
  },
};
