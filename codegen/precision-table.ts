/* Every precision, described once: lists, checks, columns, help texts, docs and verdicts come from these rows (codegen/precisions.ts). */
import type { DataType } from './ir/types.ts';
import { castFloat16 } from './passes/cast-float16.ts';
import { emulateFloat16 } from './passes/emulate-float16.ts';
import type { GraphForm } from './passes/graph-form.ts';
import type { LayerFilter } from './passes/layer-filter.ts';
import type { Pass } from './passes/pass.ts';
import { quantize } from './passes/quantize.ts';
import { defaultInt8Form, float8Form, type Int8Form } from './quantization/int8-form.ts';
import type { TensorRanges } from './quantization/ranges.ts';

/** What an engine's logits may differ from the expected ones. Errors are in the unit of the expected logits (engines/logit-unit.ts). */
export interface Tolerance {
  /** Largest error of any logit. */
  readonly maxError?: number;
  readonly meanError?: number;
  /** Least cosine of any image's logits. */
  readonly minCosine?: number;
  /** Largest share of images whose top-1 changes although it was no tie. */
  readonly flipShare: number;
  /** Error that is expected of single logits: two of them nearer than twice this are a tie. */
  readonly tieError: number;
  /** Why these figures, in one sentence. */
  readonly reason: string;
}

/** How far numbers may be from the expected ones where they tell no classes. */
export interface FeatureTolerance {
  /** Of an image: root mean square of the errors over that of the values. */
  readonly maxRelativeError: number;
  /** Least cosine between an image's embedding and the expected one. */
  readonly minCosine: number;
  /** Cosines of two neighbours of an image that are nearer than this may change places. */
  readonly tie: number;
  /** Why these figures, in one sentence. */
  readonly reason: string;
}

/** What the passes of a precision are made from. */
export interface PrecisionPassOptions extends GraphForm {
  /** Layers whose blocks stay in float32 in an fp16 graph. */
  readonly keepFp32?: LayerFilter | undefined;
  /** Whether a graph with float16 is written in float32 with every rounding of float16, for processors that compute it in float32 anyway. */
  readonly emulation?: boolean | undefined;
  /** Ranges of an int8 graph's tensors; without them its scales have no numbers. */
  readonly ranges?: TensorRanges | undefined;
  /** Layers that are not quantised in an int8 graph. */
  readonly int8Keep?: LayerFilter | undefined;
}

interface PrecisionPass {
  /** The pass's name, for `--print-after`. */
  readonly name: string;
  /** The pass with its options, or nothing where it does not apply. */
  create(options: PrecisionPassOptions): Pass | false | undefined;
}

export interface PrecisionRow {
  /** As `--fp16`, in manifests and in measurements. */
  readonly name: string;
  /** In tables: `FP16`. */
  readonly title: string;
  /** Of the option that asks for it. */
  readonly help: string;
  /** How the graph stores its weights. */
  readonly dataType: DataType;
  readonly bytesPerWeight: number;
  /** From the folded float32 graph to this one; none: it is that graph. */
  readonly passes: readonly PrecisionPass[];
  /** Where its quantisers stand unless a target says otherwise; absent: it has none. */
  readonly quantizers?: Int8Form;
  /** Its passes need the ranges of a calibration. */
  readonly isCalibrated?: true;
  /** Its ranges are the largest magnitudes that the calibration saw, whatever algorithm chose others from them. */
  readonly isCalibratedByMax?: true;
  /** GPUs of this compute capability and later compute in it; it is made for no other processor. Absent: it is made for any. */
  readonly leastComputeCapability?: string;
  /** No graph is written in it: the target's compiler computes a float32 graph so. Absent: the graph's own types say it. */
  readonly isLowered?: true;
  /** Its activations may overflow: how large they get is told beside a verdict, and emulated where a processor widens them. */
  readonly isNarrowFloat?: true;
  /** What it computes in between its quantisers may be float32 (`--int8-rest`). */
  readonly mayRestInFloat32?: true;
  /** The option that keeps some of its layers in float32; `blocks`: whole blocks at once. */
  readonly keeps?: { readonly option: 'keepFp32' | 'int8Keep'; readonly by: 'block' | 'layer' };
  readonly tolerance: Tolerance;
  /** Where a network has so few classes that a cosine says little; default: `tolerance`. */
  readonly toleranceOfFewClasses?: Tolerance;
  /** Of maps, features and embeddings. */
  readonly toleranceOfFeatures: FeatureTolerance;
  /** Share of top-1 that it may lose against the reference; absent: it is not compared. */
  readonly maxDrop?: number;
  /** Largest error of a tensor inside the network: root mean square of the differences over that of the values. */
  readonly tensorError: number;
}

/*
 * Tolerances: seen errors, in the logits' standard deviation, of ResNets whose batch norm was folded in float64, against the framework:
 * float32 5e-6 (depth 18), 1.5e-5 (50), 3.7e-5 (200); weights rounded to float16 0.002, 0.003, 0.013. Int8 graphs of ResNet50 have cosines of
 * 0.9998 and more, where 0.99 is an error of a seventh of the logits' length.
 */
export const precisions = [
  {
    name: 'fp32',
    title: 'FP32',
    help: 'float32 (the default)',
    dataType: 'float32',
    bytesPerWeight: 4,
    passes: [],
    tolerance: {
      maxError: 2e-4,
      flipShare: 0,
      tieError: 2e-4,
      reason:
        'Summing float32 in another order moves logits by up to 4e-5 of their standard deviation at depth 200; five times that is allowed, and a mistake moves them far more.',
    },
    toleranceOfFeatures: {
      maxRelativeError: 1e-4,
      minCosine: 0.999999,
      tie: 1e-4,
      reason:
        'Summing float32 in another order moves features by a few millionths of their size, and a mistake moves them far more.',
    },
    tensorError: 1e-4,
  },
  {
    name: 'fp16',
    title: 'FP16',
    help: 'typed float16; with --fp32: both',
    dataType: 'float16',
    bytesPerWeight: 2,
    passes: [
      { name: 'castFloat16', create: ({ keepFp32 }) => castFloat16({ keepFp32 }) },
      { name: 'emulateFloat16', create: ({ emulation }) => emulation && emulateFloat16 },
    ],
    isNarrowFloat: true,
    keeps: { option: 'keepFp32', by: 'block' },
    tolerance: {
      maxError: 0.05,
      meanError: 0.01,
      flipShare: 0,
      tieError: 0.05,
      reason:
        'Weights rounded to float16 move logits by up to 0.013 of their standard deviation at depth 200; rounded activations add to it, so four times that is allowed.',
    },
    toleranceOfFeatures: {
      maxRelativeError: 0.03,
      minCosine: 0.999,
      tie: 0.02,
      reason:
        'Weights and activations rounded to float16 move features by up to a hundredth of their size in deep networks; three times that is allowed, and the direction of an embedding is kept far better.',
    },
    maxDrop: 0.002,
    tensorError: 0.05,
  },
  {
    name: 'int8',
    title: 'INT8',
    help: 'int8, calibrated; with others: all of them',
    dataType: 'int8',
    bytesPerWeight: 1,
    passes: [
      {
        name: 'quantizeInt8',
        create: ({ int8Form = defaultInt8Form, ranges, int8Keep, int8Weights, int8Rest }) =>
          quantize({
            form: int8Form,
            ranges,
            keep: int8Keep,
            weights: int8Weights,
            scales: int8Rest,
          }),
      },
      {
        name: 'castFloat16',
        create: ({ int8Rest }): Pass | false =>
          int8Rest === 'float16' && castFloat16({ tail: 'float16' }),
      },
      {
        name: 'emulateFloat16',
        create: ({ int8Rest, emulation }): Pass | false =>
          int8Rest === 'float16' && emulation === true && emulateFloat16,
      },
    ],
    quantizers: defaultInt8Form,
    isCalibrated: true,
    mayRestInFloat32: true,
    keeps: { option: 'int8Keep', by: 'layer' },
    tolerance: {
      minCosine: 0.99,
      flipShare: 0.01,
      tieError: 0.1,
      reason:
        'Int8 keeps the direction of the logits, not each value: every image has to keep it, and 99 of 100 their first class unless it was nearly a tie.',
    },
    // A cosine is the sign alone where there is one class, and hardly more where there are few; there each logit is judged by its error.
    toleranceOfFewClasses: {
      maxError: 0.4,
      flipShare: 0.01,
      tieError: 0.1,
      reason:
        'A cosine of few logits says little, so each logit is judged: its error may be three times the seventh of their size that the cosine of many allows on average.',
    },
    toleranceOfFeatures: {
      maxRelativeError: 0.25,
      minCosine: 0.97,
      tie: 0.1,
      reason:
        'Int8 keeps the direction of features: an error of a quarter of their size is a cosine of 0.97, and neighbours that were farther apart than a tenth keep their order.',
    },
    maxDrop: 0.01,
    tensorError: 0.3,
  },
  {
    name: 'fp8',
    title: 'FP8',
    help: 'float8e4m3fn for GPUs of compute capability 8.9 and later, calibrated',
    dataType: 'float8e4m3fn',
    bytesPerWeight: 1,
    passes: [
      {
        name: 'quantizeFloat8',
        create: ({ int8Form = float8Form, ranges, int8Keep }) =>
          quantize({ form: int8Form, ranges, keep: int8Keep, scales: 'float16' }),
      },
      { name: 'castFloat16', create: () => castFloat16({ tail: 'float16' }) },
      { name: 'emulateFloat16', create: ({ emulation }) => emulation && emulateFloat16 },
    ],
    quantizers: float8Form,
    isCalibrated: true,
    isCalibratedByMax: true,
    // PTX ISA: `mma` of e4m3 operands needs sm_89 or higher.
    leastComputeCapability: '8.9',
    keeps: { option: 'int8Keep', by: 'layer' },
    tolerance: {
      minCosine: 0.99,
      flipShare: 0.01,
      tieError: 0.1,
      reason:
        'A float8e4m3fn number has 4 bits of precision, 2 to 6 % from one to the next, about as coarse as int8 in the middle of its range: the direction of the logits has to stay as there.',
    },
    toleranceOfFewClasses: {
      maxError: 0.4,
      flipShare: 0.01,
      tieError: 0.1,
      reason: 'A cosine of few logits says little, so each logit is judged, by the bound of int8.',
    },
    toleranceOfFeatures: {
      maxRelativeError: 0.25,
      minCosine: 0.97,
      tie: 0.1,
      reason:
        'A float8e4m3fn number is about as coarse as int8 in the middle of its range: features have to keep their direction as there.',
    },
    maxDrop: 0.01,
    tensorError: 0.3,
  },
  {
    name: 'bf16',
    title: 'BF16',
    help: 'bfloat16, for processors that have it (--target openvino)',
    dataType: 'float32',
    bytesPerWeight: 4,
    passes: [],
    isLowered: true,
    tolerance: {
      maxError: 0.1,
      meanError: 0.05,
      flipShare: 0,
      tieError: 0.05,
      reason:
        'A bfloat16 number has 8 bits of precision and the range of float32, so nothing overflows; weights and activations rounded so move logits by up to 0.017 of their standard deviation from depth 18 to 200, six times that is allowed; in narrow networks of ten classes they move them by 0.025 on average, and twice that is.',
    },
    toleranceOfFeatures: {
      maxRelativeError: 0.05,
      minCosine: 0.998,
      tie: 0.03,
      reason:
        'Weights and activations rounded to bfloat16 move features by up to 0.005 of their size at depths 50 and 200; ten times that is allowed, as for numbers of trained networks less is known.',
    },
    maxDrop: 0.005,
    tensorError: 0.1,
  },
] as const satisfies readonly PrecisionRow[];
