/* Whether an engine is what it was meant to be: fused, in the asked precision, without kernels that only serve others. */
import type { Precision } from '../engine.ts';
import type { FusionState } from './block-verdicts.ts';
import {
  type AuditContext,
  type AuditExpectation,
  type AuditFinding,
  createContext,
  isComputeOp,
  type RuledFinding,
} from './context.ts';
import {
  type EngineDataType,
  isComputeLayer,
  type LayerKind,
  type LayerList,
  type LayerSource,
} from './layer.ts';
import {
  findListLimits,
  findMissingNodes,
  findSecondReaders,
  findUnwantedNodes,
} from './rules/graph.ts';
import {
  findFloat32Left,
  findFloatOutputs,
  findIdleTensorCores,
  findTf32,
  findWrongPrecision,
  precisionShare,
  runsOnTensorCores,
} from './rules/precision.ts';
import { findFloatResiduals, findMissingBlocks, findUnfusedResiduals } from './rules/residuals.ts';
import { findPaddedChannels, findStrays } from './rules/strays.ts';

export interface AuditRule {
  readonly name: string;
  find(context: AuditContext): readonly AuditFinding[];
}

/** Every rule, in the order in which findings are told. */
export const auditRules: readonly AuditRule[] = [
  { name: 'residual-fusion', find: findUnfusedResiduals },
  { name: 'residual-type', find: findFloatResiduals },
  { name: 'precision', find: findWrongPrecision },
  { name: 'tf32', find: findTf32 },
  { name: 'float-outputs', find: findFloatOutputs },
  { name: 'float32-left', find: findFloat32Left },
  { name: 'missing-nodes', find: findMissingNodes },
  { name: 'unwanted-nodes', find: findUnwantedNodes },
  { name: 'second-readers', find: findSecondReaders },
  { name: 'tensor-cores', find: findIdleTensorCores },
  { name: 'strays', find: findStrays },
  { name: 'padded-channels', find: findPaddedChannels },
  { name: 'blocks', find: findMissingBlocks },
  { name: 'list', find: findListLimits },
];

/** How one residual block ends. */
export interface AuditBlock {
  readonly block: string;
  readonly state: FusionState;
  readonly add?: string;
  /** The convolution that absorbed the Add. */
  readonly conv?: string;
  readonly layer?: string;
  readonly writes?: EngineDataType;
  readonly timeMs?: number;
}

export interface AuditKind {
  readonly kind: LayerKind;
  readonly kernels: number;
  readonly timeMs?: number;
  /** Of the layers' time together, 0 to 1. */
  readonly timeShare?: number;
}

export interface AuditReport {
  /** `fail` where a finding is an error. */
  readonly verdict: 'pass' | 'fail';
  readonly precision: Precision;
  readonly source: LayerSource;
  readonly kernels: number;
  /** Convolutions, pools, sums and matrix products of the graph: what must run, fused as well as can be. */
  readonly operations?: number;
  readonly blocks: readonly AuditBlock[];
  readonly kinds: readonly AuditKind[];
  /** Convolutions and matrix products in the asked precision, of those whose type is known. */
  readonly inPrecision: { readonly count: number; readonly of: number };
  /** Of convolutions and matrix products whose kernel is named. */
  readonly onTensorCores: { readonly count: number; readonly of: number };
  /** Sum of the layers' times; kernels are profiled one after the other, so it exceeds the latency. */
  readonly totalMs?: number;
  readonly findings: readonly RuledFinding[];
}

function summarizeBlocks(context: AuditContext): readonly AuditBlock[] {
  return context.verdicts.map(({ layer, ...verdict }) => ({
    ...verdict,
    ...(layer ? { layer: layer.name } : {}),
    ...(layer?.timeMs === undefined ? {} : { timeMs: layer.timeMs }),
  }));
}

function summarizeKinds({ kernels: running, totalMs }: AuditContext): readonly AuditKind[] {
  const kinds = new Map<LayerKind, { kernels: number; timeMs: number }>();
  for (const { kind, timeMs = 0 } of running) {
    const sum = kinds.get(kind) ?? { kernels: 0, timeMs: 0 };
    kinds.set(kind, { kernels: sum.kernels + 1, timeMs: sum.timeMs + timeMs });
  }
  return [...kinds]
    .map(([kind, { kernels, timeMs }]) => ({
      kind,
      kernels,
      ...(totalMs ? { timeMs, timeShare: timeMs / totalMs } : {}),
    }))
    .sort((a, b) => (b.timeMs ?? b.kernels) - (a.timeMs ?? a.kernels));
}

function countOperations({ index }: AuditContext): { readonly operations?: number } {
  if (!index) return {};
  const operations = index.graph.nodes.filter(
    ({ op }) => isComputeOp(op) || /Pool$|^Reduce/.test(op),
  );
  return { operations: operations.length };
}

/** Judges the layers of an engine against what it should be. */
export function auditLayers(list: LayerList, expectation: AuditExpectation): AuditReport {
  const context = createContext(list, expectation);
  const findings = auditRules.flatMap(({ name, find }) =>
    find(context).map((finding) => ({ ...finding, rule: name })),
  );
  const failed = findings.some(({ diagnostic }) => diagnostic.severity === 'error');
  const { of, inPrecision } = precisionShare(context);
  const named = context.layers.filter(isComputeLayer).map(runsOnTensorCores);
  return {
    verdict: failed ? 'fail' : 'pass',
    precision: expectation.precision,
    source: list.source,
    kernels: context.kernels.length,
    ...countOperations(context),
    blocks: summarizeBlocks(context),
    kinds: summarizeKinds(context),
    inPrecision: { count: inPrecision, of },
    onTensorCores: {
      count: named.filter((runs) => runs === true).length,
      of: named.filter((runs) => runs !== undefined).length,
    },
    ...(context.totalMs === undefined ? {} : { totalMs: context.totalMs }),
    findings,
  };
}
