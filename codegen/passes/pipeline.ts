import type { OutputForm } from '../architecture/output-names.ts';
import type { Graph, Node } from '../ir/graph.ts';
import {
  type Precision,
  type PrecisionPassOptions,
  precisionRow,
  precisions,
  referencePrecision,
} from '../precisions.ts';
import { defaultInt8Form } from '../quantization/int8-form.ts';
import { type AdaptInputOptions, adaptInput } from './adapt-input.ts';
import { adaptOutput } from './adapt-output.ts';
import { bypassConcat } from './bypass-concat.ts';
import { expandFusedConv } from './expand-fused-conv.ts';
import { foldBatchNorm } from './fold-batch-norm.ts';
import { fuseResidual } from './fuse-residual.ts';
import { matchBlocks, noLayer } from './layer-filter.ts';
import { meanSums } from './mean-sums.ts';
import type { Pass } from './pass.ts';
import { asLowered, shapeHead } from './shape-head.ts';
import { splitConvolutions } from './split-convolutions.ts';
import { squeezeParts } from './squeeze-parts.ts';

/** The form that is wanted, and what a user asks of it. */
export interface PipelineOptions extends PrecisionPassOptions {
  /** The form of the input; default: normalised float32 [N, C, H, W]. */
  readonly input?: AdaptInputOptions | undefined;
  /** The form of the output; default: as the network has it. */
  readonly output?: OutputForm | undefined;
}

interface PipelineRow {
  readonly name: string;
  /** The pass with its options, or nothing where it does not apply. */
  create(options: PipelineOptions): Pass | false | undefined;
}

/** A precision's passes are the row's own, whatever the others are. */
const precisionPasses = precisions.flatMap(({ name: precision, passes }): PipelineRow[] =>
  passes.map(({ name, create }) => ({
    name,
    create: (options) => options.precision === precision && create(options),
  })),
);

/** From the trained graph to the one whose tensors are calibrated: the same for every target and precision. */
export const fusingPasses: readonly Pass[] = [
  foldBatchNorm,
  fuseResidual,
  bypassConcat,
  squeezeParts,
];

/** Every pass, in the order in which they run. */
const rows: readonly PipelineRow[] = [
  ...fusingPasses.map((pass) => ({ name: pass.name, create: () => pass })),
  {
    name: 'splitConvolutions',
    create: ({ parts = 'slices' }) =>
      parts !== 'slices' && splitConvolutions({ forGroups: parts === 'convolutions' }),
  },
  { name: 'shapeHead', create: ({ head = asLowered }) => shapeHead(head) },
  {
    name: 'meanSums',
    create: ({ largestMean }) => largestMean !== undefined && meanSums(largestMean),
  },
  { name: 'adaptInput', create: ({ input }) => input && adaptInput(input) },
  ...precisionPasses,
  { name: 'expandFusedConv', create: () => expandFusedConv },
  { name: 'adaptOutput', create: ({ output }) => output && adaptOutput(output) },
];

export const passNames: readonly string[] = [...new Set(rows.map(({ name }) => name))];

/** The passes from the trained graph to the one that is written. */
export function passesFor(options: PipelineOptions): readonly Pass[] {
  return rows.flatMap(({ create }) => create(options) || []);
}

/** Whether the written graph has float16 activations. */
export function computesFloat16({
  precision,
  int8Rest,
}: Pick<PipelineOptions, 'precision' | 'int8Rest'>): boolean {
  const { dataType } = precisionRow(precision);
  const rest = dataType === 'int8' ? int8Rest : dataType;
  return rest === 'float16' || rest === 'float8e4m3fn';
}

/** Whether the written graph has quantisers whose scales are float16. */
export function hasFloat16Quantizers(
  options: Pick<PipelineOptions, 'precision' | 'int8Rest'>,
): boolean {
  return precisionRow(options.precision).isCalibrated === true && computesFloat16(options);
}

const conversions: ReadonlySet<Node['op']> = new Set([
  'Cast',
  'QuantizeLinear',
  'DequantizeLinear',
]);

/**
 * Names of a written graph's nodes that compute in float32 although the model is `precision`, because the options keep their layers so or ask for a Softmax.
 * A builder that chooses types by itself has to be told.
 */
export function keptNodes(
  graph: Graph,
  precision: Precision,
  options: PipelineOptions,
): readonly string[] {
  const appended = graph.nodes.filter(({ op }) => options.output && op === 'Softmax');
  const isNarrow = precision !== referencePrecision;
  return [
    ...keptLayers(graph, precision, options),
    ...(isNarrow ? appended.map(({ name }) => name) : []),
  ];
}

/** Those of them that `--keep-fp32` and `--int8-keep` name. */
function keptLayers(
  { nodes }: Graph,
  precision: Precision,
  options: PipelineOptions,
): readonly string[] {
  const { keeps } = precisionRow(precision);
  if (!keeps || hasFloat16Quantizers({ ...options, precision })) return [];
  const kept = options[keeps.option] ?? noLayer;
  if (keeps.by === 'block') {
    const names = nodes.filter(({ op }) => !conversions.has(op)).map(({ name }) => name);
    return names.filter(matchBlocks(names, kept));
  }
  const { computing } = options.int8Form ?? defaultInt8Form;
  return nodes
    .filter(({ op, name }) => (computing.has(op) || op === 'Add') && kept(name))
    .map(({ name }) => name);
}
