import type { Graph, Node } from '../ir/graph.ts';
import { int8Forms } from '../quantization/int8-form.ts';
import type { TensorRanges } from '../quantization/ranges.ts';
import { type AdaptInputOptions, adaptInput } from './adapt-input.ts';
import { castFloat16 } from './cast-float16.ts';
import { emulateFloat16 } from './emulate-float16.ts';
import { expandFusedConv } from './expand-fused-conv.ts';
import { foldBatchNorm } from './fold-batch-norm.ts';
import { fuseResidual } from './fuse-residual.ts';
import { headFormFor } from './head-forms.ts';
import { type LayerFilter, matchBlocks, noLayer } from './layer-filter.ts';
import type { Pass } from './pass.ts';
import { quantizeInt8 } from './quantize-int8.ts';
import { shapeHead } from './shape-head.ts';

export type GraphPrecision = 'fp32' | 'fp16' | 'int8';

/** Where the graph is to run: it decides the form that is written. */
export type GraphTarget = 'onnxruntime' | 'tensorrt' | 'tensorrt-rtx';

export interface PipelineOptions {
  readonly precision: GraphPrecision;
  /** Default `onnxruntime`. */
  readonly target?: GraphTarget | undefined;
  /** Least compute capability that the engine is for, e.g. 7.5: some forms depend on it. */
  readonly leastComputeCapability?: number;
  /** The form of the input; default: normalised float32 [N, C, H, W]. */
  readonly input?: AdaptInputOptions | undefined;
  /** Layers whose blocks stay in float32 in an fp16 graph. */
  readonly keepFp32?: LayerFilter | undefined;
  /** Whether an fp16 graph is written in float32 with every rounding of float16, for processors that compute it in float32 anyway. */
  readonly emulation?: boolean;
  /** Ranges of an int8 graph's tensors; without them its scales have no numbers. */
  readonly ranges?: TensorRanges | undefined;
  /** Layers that stay in float32 in an int8 graph. */
  readonly int8Keep?: LayerFilter | undefined;
  /** How an int8 graph stores its weights; see QuantizeInt8Options. */
  readonly int8Weights?: 'int8' | 'float32' | undefined;
}

interface PipelineRow {
  readonly name: string;
  /** The pass with its options, or nothing where it does not apply. */
  create(options: PipelineOptions): Pass | false | undefined;
}

const int8FormNames = {
  onnxruntime: 'onnxruntime',
  tensorrt: 'tensorrt',
  'tensorrt-rtx': 'tensorrt',
} as const satisfies Record<GraphTarget, keyof typeof int8Forms>;

/** The int8 form of a target. */
export function int8FormFor(target: GraphTarget = 'onnxruntime') {
  return int8Forms[int8FormNames[target]];
}

/** Every pass, in the order in which they run. */
const rows: readonly PipelineRow[] = [
  { name: 'foldBatchNorm', create: () => foldBatchNorm },
  { name: 'fuseResidual', create: () => fuseResidual },
  { name: 'shapeHead', create: (options) => shapeHead(headFormFor(options)) },
  { name: 'adaptInput', create: ({ input }) => input && adaptInput(input) },
  {
    name: 'castFloat16',
    create: ({ precision, keepFp32 }) => precision === 'fp16' && castFloat16({ keepFp32 }),
  },
  {
    name: 'emulateFloat16',
    create: ({ precision, emulation }) => precision === 'fp16' && emulation && emulateFloat16,
  },
  {
    name: 'quantizeInt8',
    create: ({ precision, target, ranges, int8Keep, int8Weights }) =>
      precision === 'int8' &&
      quantizeInt8({
        form: int8FormFor(target),
        ranges,
        keep: int8Keep,
        weights: int8Weights,
      }),
  },
  { name: 'expandFusedConv', create: () => expandFusedConv },
];

export const passNames: readonly string[] = rows.map(({ name }) => name);

/** The passes from the trained graph to the one that is written. */
export function passesFor(options: PipelineOptions): readonly Pass[] {
  return rows.flatMap(({ create }) => create(options) || []);
}

const conversions: ReadonlySet<Node['op']> = new Set([
  'Cast',
  'QuantizeLinear',
  'DequantizeLinear',
]);

/**
 * Names of a written graph's nodes that compute in float32 although the model is `precision`, because the options keep their layers so. A builder
 * that chooses types by itself has to be told.
 */
export function keptNodes(
  { nodes }: Graph,
  precision: GraphPrecision,
  { target, keepFp32 = noLayer, int8Keep = noLayer }: PipelineOptions,
): readonly string[] {
  const names = nodes.filter(({ op }) => !conversions.has(op)).map(({ name }) => name);
  if (precision === 'fp16') return names.filter(matchBlocks(names, keepFp32));
  if (precision !== 'int8') return [];
  const { computing } = int8FormFor(target);
  return nodes
    .filter(({ op, name }) => (computing.has(op) || op === 'Add') && int8Keep(name))
    .map(({ name }) => name);
}
