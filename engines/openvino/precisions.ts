/* How OpenVINO is asked for each precision that it computes in on a processor. The target's definition reads this when the command line starts. */
import type { GraphForm } from '../../codegen/passes/graph-form.ts';
import type { Precision } from '../../codegen/precisions.ts';
import { defaultInt8Form, type Int8Form } from '../../codegen/quantization/int8-form.ts';
import type { Processor } from '../processor.ts';

export interface OpenvinoPrecision {
  /** The type that it is asked to compute floats in, in its own words. */
  readonly hint: 'f32' | 'bf16';
  /** The graph that its compiler is given. */
  readonly form: GraphForm;
  /** The processor has to have instructions for bfloat16. */
  readonly needsBfloat16?: true;
}

/**
 * onnxruntime's form, which OpenVINO runs faster and more exactly than TensorRT's (docs/openvino.md), but for average pools: 2026.4 computes one with
 * zeros around its map wrongly between quantisers without a sign.
 */
const openvinoInt8Form: Int8Form = {
  ...defaultInt8Form,
  name: 'int8-openvino',
  computing: new Set([...defaultInt8Form.computing].filter((op) => op !== 'AveragePool')),
};

const rows: ReadonlyMap<Precision, OpenvinoPrecision> = new Map<Precision, OpenvinoPrecision>([
  ['fp32', { hint: 'f32', form: { precision: 'fp32' } }],
  // Its compiler makes bfloat16 of float32.
  ['bf16', { hint: 'bf16', form: { precision: 'fp32' }, needsBfloat16: true }],
  // Float32 between the quantisers: bfloat16 there was no faster (docs/openvino.md).
  ['int8', { hint: 'f32', form: { precision: 'int8', int8Form: openvinoInt8Form } }],
]);

export const openvinoPrecisions: readonly Precision[] = [...rows.keys()];

export function openvinoPrecision(name: Precision): OpenvinoPrecision {
  const row = rows.get(name);
  if (!row) throw new Error(`OpenVINO is not asked for ${name}`);
  return row;
}

/** Whether a processor computes in it: one that does not tell is taken to. */
export function computesIn(
  { hasBfloat16 }: Pick<Processor, 'hasBfloat16'>,
  precision: Precision,
): boolean {
  return !(openvinoPrecision(precision).needsBfloat16 && hasBfloat16 === false);
}
