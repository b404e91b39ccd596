import type { Graph, Node } from '../../codegen/ir/graph.ts';
import { intOf, intsOf } from '../../codegen/ir/ops.ts';

/** What no network of the fitted tables has: how long it takes does not follow from its MACs and bytes. */
const steps = {
  groups: {
    title: 'grouped convolutions',
    isOf: (node: Node) => intOf(node, 'group', 1) > 1,
  },
  attention: { title: 'attention', isOf: ({ op }: Node) => op === 'Sigmoid' },
  parts: { title: 'parts of channels beside each other', isOf: ({ op }: Node) => op === 'Concat' },
  dilations: {
    title: 'dilated convolutions',
    isOf: (node: Node) => intsOf(node, 'dilations', [1]).some((step) => step > 1),
  },
  groupNorm: { title: 'group norm', isOf: ({ op }: Node) => op === 'InstanceNormalization' },
} as const;

export type UnfittedStep = keyof typeof steps;

export const unfittedTitle = (step: UnfittedStep): string => steps[step].title;

/** The steps of a graph that were not fitted. */
export function unfittedSteps({ nodes }: Graph): readonly UnfittedStep[] {
  const names = Object.keys(steps) as UnfittedStep[];
  return names.filter((name) => nodes.some(steps[name].isOf));
}
