/* Forms to try on TensorRT-RTX, as data: each row is a network in another form, or built with another option. */
import { adaptInput, type InputForm } from '../../codegen/passes/adapt-input.ts';
import { matchLayers } from '../../codegen/passes/layer-filter.ts';
import type { Pass } from '../../codegen/passes/pass.ts';
import type { PipelineOptions } from '../../codegen/passes/pipeline.ts';
import type { HeadForm } from '../../codegen/passes/shape-head.ts';
import type { Precision } from '../../codegen/precisions.ts';
import type { BuildOptions } from './build-audit.ts';
import {
  addInFloat32,
  mergeShortcutPool,
  outputFloat16,
  padInput,
  poolBehindShortcut,
  swapAddOperands,
} from './trial-passes.ts';

export interface Trial {
  readonly part: string;
  readonly form: string;
  /** Default: all that rcc writes the form in. */
  readonly precisions: readonly Precision[];
  /** Default: the one that rcc chooses. */
  readonly head?: HeadForm;
  /** Passes on the folded, fused network. */
  readonly before?: readonly Pass[];
  /** Passes on the graph as it is written. */
  readonly after?: readonly Pass[];
  /** False: batch norms stay nodes of their own, as some exporters leave them. */
  readonly folded?: false;
  readonly pipeline?: Pick<PipelineOptions, 'keepFp32' | 'int8Keep' | 'int8Weights'>;
  readonly build?: Pick<BuildOptions, 'auxStreams' | 'tf32'>;
  /** Layout of the input in memory, TensorRT's name: an option of the builder, not of the graph. */
  readonly inputFormat?: string;
  readonly batch?: number;
}

const float = ['fp32', 'fp16'] as const;
const mean = [0.485, 0.456, 0.406];
const std = [0.229, 0.224, 0.225];

const headLayers = ['gemm', 'conv1x1', 'conv-before-pool', 'mul-sum'] as const;
const pools = ['GlobalAveragePool', 'AveragePool'] as const;

function headTrials(): readonly Trial[] {
  return headLayers.flatMap((layer) =>
    pools.map((pool) => ({
      part: 'head',
      form: `${layer}, ${pool}`,
      precisions: float,
      head: { layer, pool },
    })),
  );
}

const readForm = (form: InputForm): readonly Pass[] => [adaptInput({ form, mean, std })];

const typedInput: readonly Trial[] = [
  { form: 'float16', precisions: ['fp16'] as const, before: readForm('float16') },
  { form: 'uint8 [N, H, W, 3]', precisions: float, before: readForm('uint8-nhwc') },
  { form: 'uint8 [N, H, W, 4]', precisions: float, before: readForm('rgba-uint8') },
  {
    form: 'float32, 4 channels',
    precisions: ['fp32'] as const,
    before: [padInput(4, { float16: false })],
  },
  { form: 'float16, 4 channels', precisions: ['fp16'] as const, before: [padInput(4)] },
  { form: 'float16, 8 channels', precisions: ['fp16'] as const, before: [padInput(8)] },
  {
    form: 'float16 [N, H, W, 8]',
    precisions: ['fp16'] as const,
    before: [padInput(8, { interleaved: true })],
  },
].map((trial) => ({ part: 'input', ...trial }));

const laidOutInput: readonly Trial[] = [
  { form: 'HWC, float32, 3 channels', precisions: ['fp32'] as const, inputFormat: 'HWC' },
  {
    form: 'HWC, float32, 4 channels',
    precisions: ['fp32'] as const,
    inputFormat: 'HWC',
    before: [padInput(4, { float16: false })],
  },
  ...[4, 8].map((channels) => ({
    form: `HWC, float16, ${channels} channels`,
    precisions: ['fp16'] as const,
    inputFormat: 'HWC',
    before: [padInput(channels)],
  })),
  ...[3, 8].map((channels) => ({
    form: `HWC8, float16, ${channels} channels`,
    precisions: ['fp16'] as const,
    inputFormat: 'HWC8',
    before: [padInput(channels)],
  })),
  {
    form: 'CHW32, float16, 8 channels',
    precisions: ['fp16'] as const,
    inputFormat: 'CHW32',
    before: [padInput(8)],
  },
].map((trial) => ({ part: 'input layout', ...trial }));

/** Everything that is tried, in the order of the table; the first row is what rcc writes. */
export const trials: readonly Trial[] = [
  { part: 'as written', form: 'by rcc', precisions: [...float, 'int8'] },
  ...headTrials(),
  {
    part: 'head',
    form: 'in float32',
    precisions: ['fp16'],
    pipeline: { keepFp32: matchLayers(['head']) },
  },
  {
    part: 'head',
    form: 'gemm, AveragePool, output float16',
    precisions: ['fp16'],
    after: [outputFloat16],
    head: { layer: 'gemm', pool: 'AveragePool' },
  },
  ...typedInput,
  ...laidOutInput,
  {
    part: 'shortcut',
    form: 'Conv 2×2 in place of pool and Conv',
    precisions: float,
    before: [mergeShortcutPool],
  },
  {
    part: 'shortcut',
    form: 'Conv before the pool',
    precisions: float,
    before: [poolBehindShortcut],
  },
  {
    part: 'block',
    form: 'shortcut as the first operand of Add',
    precisions: float,
    after: [swapAddOperands],
  },
  {
    part: 'block',
    form: 'Add in float32, between Casts',
    precisions: ['fp16'],
    after: [addInFloat32],
  },
  {
    part: 'block',
    form: 'one stage in float32',
    precisions: ['fp16'],
    pipeline: { keepFp32: matchLayers(['stage2']) },
  },
  { part: 'batch norm', form: 'not folded', precisions: float, folded: false },
  { part: 'batch', form: 'fixed at 1', precisions: float, batch: 1 },
  ...[1, 2, 4].map((auxStreams) => ({
    part: 'side streams',
    form: String(auxStreams),
    precisions: float,
    build: { auxStreams },
  })),
  { part: 'TF32', form: 'allowed', precisions: ['fp32'], build: { tf32: true } },
  {
    part: 'int8',
    form: 'weights in float32',
    precisions: ['int8'],
    pipeline: { int8Weights: 'float32' },
  },
  {
    part: 'int8',
    form: 'stem and linear layer in float32',
    precisions: ['int8'],
    pipeline: { int8Keep: matchLayers(['stem', 'fc']) },
  },
];
