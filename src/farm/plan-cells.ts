import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Precision } from '../../codegen/precisions.ts';
import { append } from '../collections/append.ts';
import { type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import { createKitPlanner, type KitPlanner } from '../kit/plan-kit.ts';
import type { Spec } from '../language/spec.ts';
import type { Cell } from './cell.ts';
import { type BuildHistory, cellCost, limitFor } from './cell-cost.ts';
import { type CellKind, calibrationFolder, type KitSetting, kitOptionsOf } from './kit-options.ts';

export interface PlanRequest extends KitSetting {
  readonly specs: readonly Spec[];
  readonly precisions: readonly Precision[];
  /** GPU classes. */
  readonly gpus: readonly string[];
  /** Releases, one cell each; undefined: all that take the graph. */
  readonly releases: readonly (string | undefined)[];
  readonly image?: string | undefined;
  /** In place of what the cost makes of it. */
  readonly limitMinutes?: number | undefined;
  readonly history: BuildHistory;
}

export interface PlannedCells {
  readonly cells: readonly Cell[];
  /** Cells whose builds were seen on no GPU of the class yet. */
  readonly unseen: number;
  /** What cannot be measured and why, each once. */
  readonly diagnostics: readonly Diagnostic[];
}

async function planCell(spec: Spec, kind: CellKind, request: PlanRequest, plan: KitPlanner) {
  const options = kitOptionsOf(spec, kind, request);
  const directory = calibrationFolder(request.farm, spec.name, kind.precision);
  const { key, keyParts, batches, graph } = await plan({ ...options, directory });
  const { precision, gpu, tensorrt } = kind;
  const { timing, tensorrt: settings } = request.making;
  const { minutes, isSeen } = cellCost({
    ...{ model: spec.name, graph, precision, gpu, batches, timing },
    isOneBuild: settings.profile !== undefined,
    history: request.history,
  });
  const cell: Cell = {
    ...{ key, model: spec.name, spec: spec.file, precision, gpu, batches: [...batches] },
    ...(tensorrt === undefined ? {} : { tensorrt }),
    graph: keyParts.model,
    ...(request.image === undefined ? {} : { image: request.image }),
    minutes,
    limitMinutes: request.limitMinutes ?? limitFor(minutes),
  };
  return { cell, isSeen };
}

function kindsOf({ precisions, gpus, releases }: PlanRequest): readonly CellKind[] {
  return precisions.flatMap((precision) =>
    releases.flatMap((tensorrt) => gpus.map((gpu) => ({ precision, gpu, tensorrt }))),
  );
}

/** Every task of a GPU class is given what the longest of them needs: one class, one array. */
function withCommonLimits(cells: readonly Cell[]): readonly Cell[] {
  const limits = new Map<string, number>();
  for (const { gpu, limitMinutes } of cells)
    limits.set(gpu, Math.max(limitMinutes, limits.get(gpu) ?? 0));
  return cells.map((cell) => ({ ...cell, limitMinutes: limits.get(cell.gpu) ?? 0 }));
}

/** The cells of one spec; one that is refused hides none of the others. */
async function planSpec(
  spec: Spec,
  request: PlanRequest,
  plan: KitPlanner,
  diagnostics: Diagnostic[],
) {
  const found: Awaited<ReturnType<typeof planCell>>[] = [];
  for (const kind of kindsOf(request)) {
    request.signal?.throwIfAborted();
    try {
      found.push(await planCell(spec, kind, request, plan));
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      append(diagnostics, error.diagnostics);
    }
  }
  return found;
}

/** The cells of specs × precisions × releases × GPU classes, in this order, each once. */
export async function planCells(request: PlanRequest): Promise<PlannedCells> {
  const plan = createKitPlanner();
  const cells = new Map<string, Cell>();
  const unseen = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  for (const spec of request.specs) {
    // Planning waits for nothing: without a turn of its own an interrupt would be heard when all is done.
    await nextTurn();
    // A copy: the graphs that belong to it go when its cells are planned.
    for (const { cell, isSeen } of await planSpec({ ...spec }, request, plan, diagnostics)) {
      if (!cells.has(cell.key)) cells.set(cell.key, cell);
      if (!isSeen) unseen.add(cell.key);
    }
  }
  const unique = new Map(diagnostics.map((each) => [`${each.code} ${each.message}`, each]));
  return {
    cells: withCommonLimits([...cells.values()]),
    unseen: unseen.size,
    diagnostics: [...unique.values()],
  };
}
