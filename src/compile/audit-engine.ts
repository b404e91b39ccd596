import type { Graph } from '../../codegen/ir/graph.ts';
import { type AuditReport, auditLayers } from '../../engines/audit/audit.ts';
import {
  type AuditGraph,
  auditGraphOf,
  withFloat32,
  withoutTypes,
} from '../../engines/audit/audit-graph.ts';
import { countFused } from '../../engines/audit/block-verdicts.ts';
import type { Target } from '../../engines/target.ts';
import { createDiagnostic, type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import { type CompileListener, runPhase } from './phases.ts';

export interface AuditEngineOptions {
  /** Where the graph's precision is another one than its own, the builder chose the types. */
  readonly target: Target;
  /** Nodes that compute in float32 although the model is of a lower precision. */
  readonly float32Nodes?: readonly string[] | undefined;
  readonly directory: string;
  readonly listener?: CompileListener | undefined;
}

/**
 * The layer lists that a build left. An engine whose layers nobody can judge still runs: that is a warning, and there are none.
 */
async function readLayerLists(directory: string, listener: CompileListener | undefined) {
  // Its readers and their library are of no use to other targets.
  const { findLayerLists } = await import('../../engines/audit/audit-folder.ts');
  try {
    return await findLayerLists(directory);
  } catch (error) {
    const [first] = error instanceof DiagnosticError ? error.diagnostics : [];
    if (first?.code !== 'audit-no-layers') throw error;
    listener?.onNote?.(createDiagnostic('audit-impossible', { reason: first.message }));
    return [];
  }
}

function describe(reports: readonly AuditReport[]): string {
  const texts = reports.map(({ verdict, kernels, blocks }) => {
    return `${verdict === 'pass' ? 'passed' : 'FAILED'}: ${kernels} kernels, ${countFused(blocks)}`;
  });
  // Engines for several batches are mostly alike.
  return [...new Set(texts)].join('; ');
}

/** Judges what a compiler made of the graph, from the layer lists that the build left in the artifact's folder. */
export async function auditEngine(
  graph: Graph,
  { target, float32Nodes, directory, listener }: AuditEngineOptions,
): Promise<readonly AuditReport[]> {
  const { layers, precision, form, tf32 } = target;
  if (layers === 'graph') return [];
  const typed: AuditGraph = auditGraphOf(graph);
  const chosen = form.precision !== precision ? withoutTypes(typed) : typed;
  const expected = withFloat32(chosen, float32Nodes);
  const spans = new Map(graph.nodes.map(({ name, span }) => [name, span]));
  return await runPhase('audit', listener, async () => {
    const lists = await readLayerLists(directory, listener);
    const reports = lists.map(({ list }) =>
      auditLayers(list, {
        precision,
        tf32,
        graph: expected,
        spanOf: (node) => spans.get(node),
      }),
    );
    return { value: reports, detail: describe(reports) || 'not possible' };
  });
}

/** The errors that audits found, each once although several engines of a model share it; the rest stands in the reports. */
export function auditErrors(reports: readonly AuditReport[]): readonly Diagnostic[] {
  const errors = reports
    .flatMap(({ findings }) => findings.map(({ diagnostic }) => diagnostic))
    .filter(({ severity }) => severity === 'error');
  return [...new Map(errors.map((error) => [`${error.code} ${error.message}`, error])).values()];
}
