import type { GraphForm } from '../../../codegen/passes/graph-form.ts';
import type { HeadForm } from '../../../codegen/passes/shape-head.ts';
import { type Precision, precisionRow } from '../../../codegen/precisions.ts';
import {
  attentionLayers,
  convolutionOps,
  float8Form,
  type Int8Form,
  poolOps,
} from '../../../codegen/quantization/int8-form.ts';

/**
 * What TensorRT fuses best (NVIDIA's rules for explicit quantisation, and its ResNet engines): convolutions, pools and the linear layer read int8, an Add
 * sees int8 on its shortcut only, and a quantiser before the max pool serves what comes behind it too.
 */
export const tensorrtInt8Form: Int8Form = {
  name: 'int8-trt',
  unsigned: false,
  addOperands: 'shortcut',
  inFloat: attentionLayers,
  computing: new Set([...convolutionOps, ...poolOps, 'Gemm']),
  quantizedOutput: new Set(),
  bias: 'float32',
  passing: new Map([
    ['MaxPool', 'once'],
    ['Flatten', 'once'],
  ]),
};

/** The heads that TensorRT fuses best, where it is not the one that was lowered, as its compiler was seen to (docs/forms.md). */
const heads: Readonly<Partial<Record<Precision, HeadForm>>> = {
  int8: { layer: 'conv1x1', pool: 'GlobalAveragePool' },
  fp8: { layer: 'conv1x1', pool: 'GlobalAveragePool' },
};

/** Where the quantisers of a precision stand. */
export function tensorrtQuantizers(precision: Precision): Int8Form {
  return precisionRow(precision).dataType === 'float8e4m3fn' ? float8Form : tensorrtInt8Form;
}

/** A graph of this precision as TensorRT fuses it best. */
export function tensorrtForm(
  precision: Precision,
  int8: Pick<GraphForm, 'int8Weights' | 'int8Rest'> = {},
): GraphForm {
  const head = heads[precision];
  return {
    precision,
    int8Form: tensorrtQuantizers(precision),
    ...(head ? { head } : {}),
    ...int8,
  };
}
