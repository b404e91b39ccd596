import { precisionRow } from '../../../codegen/precisions.ts';
import {
  type AuditContext,
  type AuditFinding,
  computeNodeOf,
  createFinding,
  precisionTypes,
  shareOf,
} from '../context.ts';
import { type EngineDataType, type EngineLayer, isComputeLayer, type LayerKind } from '../layer.ts';
import { isAskedType } from '../tensor-format.ts';

/** The type a layer computes in: that of what it reads. */
export function computeType(layer: EngineLayer): EngineDataType | undefined {
  return layer.inputs[0]?.dataType ?? layer.weightsType;
}

function isQuantized({ expectation }: AuditContext): boolean {
  return precisionRow(expectation.precision).isCalibrated === true;
}

/** What the graph asks of a layer; a typed graph may keep single blocks in another precision on purpose. */
function expectedType(context: AuditContext, layer: EngineLayer): EngineDataType | undefined {
  const { index, expectation } = context;
  const asked = precisionTypes[expectation.precision];
  const node = index?.nodes.get(computeNodeOf(context, layer) ?? '');
  if (!index || !node) return asked;
  if (!isQuantized(context)) {
    const typed = node.dataType;
    return typed === 'float32' || typed === 'float16' ? typed : asked;
  }
  return index.producer(node.inputs[0] ?? '')?.op === 'DequantizeLinear' ? asked : undefined;
}

export interface PrecisionShare {
  /** Convolutions and matrix products that should be in the precision and whose type the list shows. */
  readonly of: number;
  readonly inPrecision: number;
  /** Those that are not. */
  readonly others: readonly EngineLayer[];
}

export function precisionShare(context: AuditContext): PrecisionShare {
  const asked = precisionTypes[context.expectation.precision];
  const judged = context.layers.filter(
    (layer) =>
      isComputeLayer(layer) &&
      computeType(layer) !== undefined &&
      expectedType(context, layer) === asked,
  );
  const others = judged.filter((layer) => !isAskedType(computeType(layer), asked));
  return { of: judged.length, inPrecision: judged.length - others.length, others };
}

/** Below half the engine is not what was asked for; single layers are worth a warning each. */
export function findWrongPrecision(context: AuditContext): readonly AuditFinding[] {
  const asked = precisionTypes[context.expectation.precision];
  const { of, inPrecision, others } = precisionShare(context);
  if (others.length === 0) return [];
  if (inPrecision < of / 2) {
    const found = [...new Set(others.map(computeType))].join(' and ');
    return [
      createFinding(context, 'audit-precision-missed', { asked, count: inPrecision, of, found }),
    ];
  }
  return others.map((layer) => {
    const node = computeNodeOf(context, layer);
    const found = computeType(layer) ?? 'another type';
    return createFinding(
      context,
      'audit-layer-precision',
      { layer: node ?? layer.name, asked, found },
      { node, layer },
    );
  });
}

/** FP32 is FP32 unless TF32 was asked for; where nobody knows what was asked for, a warning says it. */
export function findTf32(context: AuditContext): readonly AuditFinding[] {
  const { precision, tf32 } = context.expectation;
  if (precision !== 'fp32' || tf32) return [];
  const count = context.layers.filter(({ tactic }) => /tf32/i.test(tactic ?? '')).length;
  if (count === 0) return [];
  const code = tf32 === false ? 'audit-tf32-unwanted' : 'audit-tf32';
  return [createFinding(context, code, { count })];
}

/** Words that only kernels on tensor cores carry in their names: instructions and tile shapes of Volta to Blackwell. */
const tensorCoreWords = /imma|hmma|gmma|i88|884|1688|16816|16832|tensor\d+x\d+x\d+/i;
/** Instructions of CUDA cores, and the word for kernels of them; `xmma` is a library that has both. */
const cudaCoreWords = /[fh]fma|dp4a|simt/i;

export function runsOnTensorCores({ tactic }: EngineLayer): boolean | undefined {
  if (tactic === undefined) return undefined;
  return tensorCoreWords.test(tactic) && !cudaCoreWords.test(tactic);
}

export function findIdleTensorCores(context: AuditContext): readonly AuditFinding[] {
  if (context.expectation.precision === 'fp32') return [];
  return context.layers
    .filter((layer) => isComputeLayer(layer) && runsOnTensorCores(layer) === false)
    .map((layer) => {
      const node = computeNodeOf(context, layer);
      const parameters = {
        layer: node ?? layer.name,
        tactic: layer.tactic ?? '',
        ...shareOf(context, layer),
      };
      return createFinding(context, 'audit-no-tensor-cores', parameters, { node, layer });
    });
}

/** Kernels that only convert: they are told one by one, as strays or as edges. */
const converting: ReadonlySet<LayerKind> = new Set(['quantize', 'reformat', 'shuffle', 'padding']);

/** Kernels inside a quantised engine that read float32, where FP16 would be half as much to move. */
export function findFloat32Left(context: AuditContext): readonly AuditFinding[] {
  if (!isQuantized(context)) return [];
  const { kernels, bindings, list } = context;
  if (bindings.size === 0 || !list.detailed) return [];
  const isEdge = ({ inputs, outputs }: EngineLayer): boolean =>
    [...inputs, ...outputs].some(({ name }) => bindings.has(name));
  const left = kernels.filter(
    (layer) =>
      layer.inputs[0]?.dataType === 'float32' && !isEdge(layer) && !converting.has(layer.kind),
  );
  if (left.length === 0) return [];
  const names = left.map((layer) => computeNodeOf(context, layer) ?? layer.name);
  const parameters = { count: left.length, of: kernels.length, names };
  return [createFinding(context, 'audit-float32-left', parameters)];
}

/** Convolutions of a quantised engine that write float, other than a block's end (a finding of its own) and the last one. */
export function findFloatOutputs(context: AuditContext): readonly AuditFinding[] {
  if (!isQuantized(context)) return [];
  const asked = precisionTypes[context.expectation.precision];
  const computing = context.layers.filter(isComputeLayer);
  const ends = new Set(context.verdicts.map(({ layer }) => layer));
  return computing.slice(0, -1).flatMap((layer) => {
    const found = layer.outputs[0]?.dataType;
    const computes = isAskedType(computeType(layer), asked);
    if (!computes || !found || isAskedType(found, asked) || ends.has(layer)) return [];
    const node = computeNodeOf(context, layer);
    const parameters = { layer: node ?? layer.name, asked, found, ...shareOf(context, layer) };
    return [createFinding(context, 'audit-float-output', parameters, { node, layer })];
  });
}
