/*
 * The kernels an inference compiler makes of a network: convolution with batch norm, residual add and activation is one,
 * so are each pool, the global pool and the fully connected layer; the rest costs no kernel of its own.
 */
import type { Graph, Node } from '../../codegen/ir/graph.ts';
import { inferTypes } from '../../codegen/ir/infer-types.ts';
import { oncePer } from '../../codegen/ir/once-per.ts';
import { intsOf, type OpType, opDefinition } from '../../codegen/ir/ops.ts';
import { elementCount, type Shape } from '../../codegen/ir/types.ts';
import { inputOf, outputOf, producersOf } from '../../codegen/ir/walk.ts';

export type KernelKind = 'conv' | 'fc' | 'pool';

/** What one kernel computes and moves; counts are for one picture, weights are read once a batch. */
export interface Kernel {
  readonly name: string;
  readonly kind: KernelKind;
  /** 2 × MACs. */
  readonly flops: number;
  /** Elements read (input, residual) and written (output). */
  readonly activationElements: number;
  readonly outputElements: number;
  readonly weightElements: number;
  /** A convolution over a window larger than 1×1. */
  readonly windowed: boolean;
}

const kernelKinds: Readonly<Partial<Record<OpType, KernelKind>>> = {
  Conv: 'conv',
  FusedConv: 'conv',
  Gemm: 'fc',
  MaxPool: 'pool',
  AveragePool: 'pool',
  GlobalAveragePool: 'pool',
};

/** The convolution whose epilogue an Add becomes: the last of the main branch, which is the Add's first operand. */
function convolutionBefore(
  value: string,
  producers: ReadonlyMap<string, Node>,
): string | undefined {
  const node = producers.get(value);
  if (node?.op === 'BatchNormalization') return convolutionBefore(inputOf(node, 0), producers);
  return node?.op === 'Conv' ? node.name : undefined;
}

function convolutionsWithAdd(graph: Graph): ReadonlySet<string> {
  const producers = producersOf(graph);
  const adds = graph.nodes.filter(({ op }) => op === 'Add');
  return new Set(
    adds.flatMap((add) => {
      const names = add.inputs.map((input) => convolutionBefore(input, producers));
      return names.find((name) => name !== undefined) ?? [];
    }),
  );
}

function findKernels(graph: Graph): readonly Kernel[] {
  const types = inferTypes(graph);
  const typeOf = (name: string) => {
    const type = types.get(name);
    if (!type) throw new Error(`'${name}' has no type`);
    return type;
  };
  const withAdd = convolutionsWithAdd(graph);
  return graph.nodes.flatMap((node) => {
    const kind = kernelKinds[node.op];
    if (!kind) return [];
    const output = typeOf(outputOf(node));
    const count = (shape: Shape) => elementCount(shape);
    const weights = node.inputs.filter((name) => graph.initializers.has(name));
    const flowing = node.inputs.filter((name) => !graph.initializers.has(name));
    const outputElements = count(output.shape);
    const read = flowing.reduce((sum, name) => sum + count(typeOf(name).shape), 0);
    const residual = withAdd.has(node.name) ? outputElements : 0;
    return {
      name: node.name,
      kind,
      flops: 2 * (opDefinition(node.op).macs?.(node.inputs.map(typeOf), output) ?? 0),
      activationElements: read + residual + outputElements,
      outputElements,
      weightElements: weights.reduce((sum, name) => sum + count(typeOf(name).shape), 0),
      windowed: kind === 'conv' && intsOf(node, 'kernel_shape', []).some((side) => side > 1),
    };
  });
}

/** Kernels of a network in graph order, from the graph as trained or after any pass. */
export const kernelsOf = oncePer(findKernels);
