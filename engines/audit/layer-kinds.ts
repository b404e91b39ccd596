import { ownValue } from '../../src/collections/own-value.ts';
import type { LayerKind } from './layer.ts';

/**
 * Kinds by LayerType: TensorRT 8 to 11 (IEngineInspector) and TensorRT-RTX 1.7 (build log). `kgen`, `runtime_fusion` and `fusion` hold
 * anything: their names list the operations, see `generatedKind`.
 */
const kindOfType: Readonly<Record<string, LayerKind>> = {
  caskconvolution: 'convolution',
  caskflattenconvolution: 'convolution',
  cudnnconvolution: 'convolution',
  convolution: 'convolution',
  conv: 'convolution',
  correlation: 'convolution',
  convactpool: 'convolution',
  caskconvactpool: 'convolution',
  caskgemmconvolution: 'gemm',
  caskgemmmatrixmultiply: 'gemm',
  cublasconvolution: 'gemm',
  fullyconnected: 'gemm',
  matrixmultiply: 'gemm',
  gemm: 'gemm',
  caskpooling: 'pooling',
  cudapooling: 'pooling',
  tiledpooling: 'pooling',
  cudnnpooling: 'pooling',
  pooling: 'pooling',
  reduce: 'pooling',
  maxpool: 'pooling',
  avgpool: 'pooling',
  cudasoftmax: 'softmax',
  softmax: 'softmax',
  softmaxv2: 'softmax',
  cudasoftmaxv2: 'softmax',
  reformat: 'reformat',
  cast: 'reformat',
  quantize: 'quantize',
  dequantize: 'quantize',
  scale: 'pointwise',
  pointwise: 'pointwise',
  pointwisev2: 'pointwise',
  elementwise: 'pointwise',
  activation: 'pointwise',
  unary: 'pointwise',
  padding: 'padding',
  slice: 'padding',
  shuffle: 'shuffle',
  myelin: 'opaque',
  foreignnode: 'opaque',
  noop: 'none',
  constant: 'none',
  signal: 'none',
  wait: 'none',
  shape_call: 'none',
  trainstation: 'none',
};

/** Operations that only move or convert values, in the four letters that generated kernels' names keep. */
const movingOps = new Set(
  'Cast Move Repl Conc Tran Resh Slic Copy Sque Unsq Expa Gath Pad'.split(' '),
);

/** `__myl_CastMulMinMaxRounCast_myl0_3` → Cast, Mul, Min, Max, Roun, Cast. */
export function generatedOps(name: string): readonly string[] {
  const body = /^__my[a-z]*_([A-Za-z0-9]+)_my/.exec(name)?.[1] ?? '';
  return body.match(/[A-Z][a-z]*/g) ?? [];
}

function generatedKind(ops: readonly string[], writesQuantized: boolean): LayerKind {
  if (ops.some((op) => /^(Corr|Conv)$/.test(op))) return 'convolution';
  if (ops.some((op) => /^(Fc|Gemm|Matm|Dot)$/.test(op))) return 'gemm';
  // A product of matrices, number by number.
  if (ops.includes('Mul') && ops.includes('Sum')) return 'gemm';
  if (ops.some((op) => /^(Maxr|Soft|Exp)$/.test(op))) return 'softmax';
  if (ops.some((op) => /^(Mean|Sum|Pool|Avgp|Maxp)$/.test(op))) return 'pooling';
  // Numbers become int8 by Roun and Cast, float8 by a Cast alone.
  if (writesQuantized && ops.some((op) => /^(Roun|Cast)$/.test(op))) return 'quantize';
  if (ops.length > 0 && ops.every((op) => movingOps.has(op))) return 'reformat';
  return 'pointwise';
}

/** Where there is no LayerType: what the name says. */
function kindOfName(name: string): LayerKind {
  if (/^Reformatting CopyNode/.test(name)) return 'reformat';
  if (/\{ForeignNode\[/.test(name)) return 'opaque';
  if (/^(reshape_after_|copied_squeeze_after_|unsqueeze_node_after_)/.test(name)) return 'none';
  const parts = name.split(/ \+ | \|\| /).map((part) => part.split('/').at(-1) ?? part);
  const has = (pattern: RegExp): boolean => parts.some((part) => pattern.test(part));
  if (has(/conv(?![a-z]*\.weight)/i)) return 'convolution';
  if (has(/gemm|matmul|^fc$|dense/i)) return 'gemm';
  if (has(/pool/i)) return 'pooling';
  if (has(/softmax/i)) return 'softmax';
  if (has(/quantize(linear)?/i)) return 'quantize';
  if (has(/^PWN\(|^fusedPointwiseNode|add|relu/i)) return 'pointwise';
  return 'other';
}

export interface LayerFacts {
  readonly type: string;
  readonly name: string;
  /** `REFORMAT` or `QDQ`, of Reformat layers from 8.4 on. */
  readonly origin?: string | undefined;
  readonly writesQuantized: boolean;
  readonly readsQuantized: boolean;
}

/** What a layer does, from its LayerType; from its name where the type says nothing. */
export function layerKind({
  type,
  name,
  origin,
  writesQuantized,
  readsQuantized,
}: LayerFacts): LayerKind {
  const word = type.toLowerCase();
  if (word === '') return kindOfName(name);
  if (/\{ForeignNode\[/.test(name)) return 'opaque';
  if (word === 'kgen' || word.endsWith('fusion')) {
    return generatedKind(generatedOps(name), writesQuantized && !readsQuantized);
  }
  const kind = ownValue(kindOfType, word) ?? 'other';
  const quantizes = origin === 'QDQ' || /^(De)?[Qq]uantize(Linear)?([_/]|$)/.test(name);
  if (kind === 'reformat' && quantizes) return 'quantize';
  if (word === 'scale' && writesQuantized !== readsQuantized) return 'quantize';
  return kind;
}
