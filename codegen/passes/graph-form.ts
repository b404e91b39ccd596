import type { Precision } from '../precisions.ts';
import type { Int8Form } from '../quantization/int8-form.ts';
import type { FloatRest } from '../quantization/scale-rounding.ts';
import type { HeadForm } from './shape-head.ts';

/** The graph that whoever runs it wants: all that the passes know of a target. */
export interface GraphForm {
  /** `fp32` for a builder that lowers the precision itself. */
  readonly precision: Precision;
  /** Default: as it was lowered, pool and Gemm. */
  readonly head?: HeadForm | undefined;
  /**
   * Positions of the largest map, height × width, whose average a generated kernel holds: there a pool behind a sum or a product is a GlobalAveragePool, whatever
   * `head` says. Default: none.
   */
  readonly largestMean?: number | undefined;
  /** How a convolution makes parts for others: one that is cut (default), or one for each part, for those in groups too or not. */
  readonly parts?: 'slices' | 'convolutions' | 'ungrouped-convolutions' | undefined;
  /** Where an int8 graph's quantisers stand; default: what processors compute with integers. */
  readonly int8Form?: Int8Form | undefined;
  /** How an int8 graph stores its weights; see QuantizeOptions. Default: `int8`. */
  readonly int8Weights?: 'int8' | 'float32' | undefined;
  /**
   * What an int8 graph computes in between its quantisers, scales and all. Default: `float32`. `float16` is for builders that take types from the
   * graph, where float32 would stay float32; builders that choose types by themselves choose better from float32.
   */
  readonly int8Rest?: FloatRest | undefined;
}
