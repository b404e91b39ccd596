/** What audits, profiles and evaluations found, in the form of a bench file's lists. */
import type { AuditReport } from '../../engines/audit/audit.ts';
import { endsInOneKernel } from '../../engines/audit/block-verdicts.ts';
import { isKernel, type LayerList } from '../../engines/audit/layer.ts';
import type { Device, Precision } from '../../engines/engine.ts';
import type { Evaluation } from '../accuracy/evaluate.ts';
import type { Accuracy, AuditSummary, LayerProfile } from './bench-file.ts';

export interface AuditedEngine {
  readonly model: string;
  readonly target: string;
  /** GPU or compute capability. */
  readonly builtFor: string;
  /** Where each batch has an engine of its own. */
  readonly batch?: number | undefined;
}

export function auditSummaryOf(
  audit: AuditReport,
  { batch, ...engine }: AuditedEngine,
): AuditSummary {
  return {
    ...engine,
    ...(batch === undefined ? {} : { batch }),
    precision: audit.precision,
    passed: audit.verdict === 'pass',
    kernels: audit.kernels,
    residualBlocks: audit.blocks.length,
    fusedBlocks: audit.blocks.filter(endsInOneKernel).length,
    findings: audit.findings.map(({ diagnostic }) => diagnostic.message),
  };
}

export interface ProfiledEngine {
  readonly model: string;
  readonly target: string;
  readonly device: Device;
  readonly precision: Precision;
  readonly batch: number;
}

/** Times of an engine's kernels in the order they run; undefined where the list has none. */
export function layerProfileOf(list: LayerList, engine: ProfiledEngine): LayerProfile | undefined {
  const layers = list.layers
    .filter((layer) => isKernel(layer) && layer.timeMs !== undefined && (layer.profile ?? 0) === 0)
    .map(({ name, kind, timeMs = 0, onnxNodes }) => ({
      name,
      kind,
      timeMs,
      nodes: [...onnxNodes],
    }));
  if (layers.length === 0) return undefined;
  const { device, ...rest } = engine;
  return {
    ...rest,
    device: { ...device, details: { ...device.details } },
    definition: 'Mean of profiled runs, kernels one after the other.',
    layers,
  };
}

/** Of a digest, for people: enough to tell data apart. */
const toldDigits = 12;

/** Accuracy of an evaluation, an entry for each precision; `targets` are those of its engines. */
export function accuraciesOf(
  evaluation: Evaluation,
  targets: ReadonlyMap<Precision, string>,
): readonly Accuracy[] {
  const { model, dataset, images } = evaluation;
  if (images === 0) return [];
  return evaluation.precisions.map(({ precision, top1, top5 }) => {
    const target = targets.get(precision);
    if (!target) throw new Error(`no engine of ${precision} was evaluated`);
    const definition = `Share of ${images} labelled pictures (SHA-256 ${dataset.digest.slice(0, toldDigits)}…).`;
    return { model, target, precision, dataset: dataset.path, images, top1, top5, definition };
  });
}
