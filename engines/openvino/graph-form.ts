import type { GraphForm } from '../../codegen/passes/graph-form.ts';
import type { Precision } from '../../codegen/precisions.ts';
import { defaultInt8Form, type Int8Form } from '../../codegen/quantization/int8-form.ts';

/**
 * onnxruntime's form, which OpenVINO runs faster and more exactly than TensorRT's (docs/openvino.md), but for average pools: 2026.4 computes one with
 * zeros around its map wrongly between quantisers without a sign, and in int8 it is no faster.
 */
export const openvinoInt8Form: Int8Form = {
  ...defaultInt8Form,
  name: 'int8-openvino',
  computing: new Set([...defaultInt8Form.computing].filter((op) => op !== 'AveragePool')),
};

/** A graph of this precision for OpenVINO, whose compiler makes bfloat16 of float32. */
export function openvinoForm(precision: Precision): GraphForm {
  if (precision === 'int8') return { precision, int8Form: openvinoInt8Form };
  return { precision: precision === 'bf16' ? 'fp32' : precision };
}
