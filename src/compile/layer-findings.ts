import type { AuditReport } from '../../engines/audit/audit.ts';
import type { BuiltEngine, Measurement } from '../../engines/engine.ts';
import type { Target } from '../../engines/target.ts';
import type { AuditSummary, LayerProfile } from '../report/bench-file.ts';

/** What was built and measured of one model in one folder. */
export interface LayerSubject {
  readonly model: string;
  readonly target: Pick<Target, 'layers' | 'name'>;
  readonly directory: string;
  readonly built: Pick<BuiltEngine, 'builtFor'>;
  /** Of the engines in the folder, in the order of their layer lists. */
  readonly audits: readonly AuditReport[];
  readonly measurements: readonly Measurement[];
}

export interface LayerFindings {
  readonly audits: readonly AuditSummary[];
  readonly profiles: readonly LayerProfile[];
}

/** Audits, and the times of layers that measuring has left in the folder, in a bench file's form; empty for targets that tell nothing of their layers. */
export async function findLayers(subject: LayerSubject): Promise<LayerFindings> {
  const { model, directory, built, measurements } = subject;
  const { layers, name: target } = subject.target;
  if (layers === 'graph' || subject.audits.length === 0) return { audits: [], profiles: [] };
  // Its readers and their library are of no use to other targets.
  const { findLayerLists } = await import('../../engines/audit/audit-folder.ts');
  const { auditSummaryOf, layerProfileOf } = await import('../report/from-engines.ts');
  const lists = await findLayerLists(directory);
  const last = measurements.at(-1);
  const builtFor = last?.device.name ?? built.builtFor;
  return {
    audits: subject.audits.map((audit, i) =>
      auditSummaryOf(audit, { model, target, builtFor, batch: lists[i]?.batch }),
    ),
    profiles: lists.flatMap(({ list, batch = last?.batch }) => {
      if (!last || batch === undefined) return [];
      const { device, precision } = last;
      return layerProfileOf(list, { model, target, device, precision, batch }) ?? [];
    }),
  };
}
