import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import type { Precision } from '../../../engines/engine.ts';
import { type LoadedSpecs, loadSpecs } from '../../compile/spec-files.ts';
import { type Candidate, type EstimateRow, estimateAll, fitBudget } from '../../estimate/budget.ts';
import { gpuNamed } from '../../estimate/estimate.ts';
import { describeEstimate, estimateTable, kernelTable } from '../../estimate/tables.ts';
import { unfittedSteps } from '../../estimate/unfitted-steps.ts';
import type { Spec } from '../../language/spec.ts';
import { readFigures } from '../../report/published.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import type { EstimateCommandOptions } from '../commands/estimate.ts';
import { askedPrecisions } from '../precision-options.ts';
import { formatFigures } from '../table.ts';
import { paragraphs, type Text } from '../text.ts';
import { loadPublishedSpecs } from './published-specs.ts';
import { readPublishedTimes } from './published-times.ts';

/** What a narrow window can do without. */
const spare = ['images/s', 'published, ms', 'top-1', 'band, ms'];

/** Kernels that are listed where there is one estimate. */
const shownKernels = 8;

async function specsFor(paths: readonly string[]): Promise<LoadedSpecs> {
  if (paths.length > 0) return await loadSpecs(paths);
  const { published } = await readFigures();
  return { specs: await loadPublishedSpecs(published), diagnostics: [] };
}

/** The precisions asked for; all that the GPU has where none was. */
function precisionsFor(options: EstimateCommandOptions): readonly Precision[] {
  const known = Object.keys(gpuNamed(options.gpu).peakTflops) as Precision[];
  const asked = askedPrecisions(options);
  return asked.length > 0 ? asked : known;
}

function candidateOf(spec: Spec): Candidate {
  const { top1 } = spec.expect;
  return {
    model: spec.name,
    graph: lowerSpec(spec),
    ...(top1 === undefined ? {} : { top1: top1.value }),
  };
}

function describe(rows: readonly EstimateRow[], { gpu, budget }: EstimateCommandOptions): Text {
  const [first] = rows;
  const title =
    budget === undefined
      ? `Estimated for ${gpuNamed(gpu).name}`
      : `Estimated to fit into ${budget} ms a batch on ${gpuNamed(gpu).name}`;
  if (!first) return `${title}: none.`;
  if (rows.length > 1 || budget !== undefined) {
    const table = estimateTable(title, rows);
    return [table.title, formatFigures(table, spare)];
  }
  const kernels = formatFigures(kernelTable(first.estimate, shownKernels));
  return paragraphs([describeEstimate(first), kernels]);
}

/** The rows with what was published, where steps of a network were not fitted. */
async function withPublished(
  rows: readonly EstimateRow[],
  candidates: readonly Candidate[],
): Promise<readonly EstimateRow[]> {
  const graphs = new Map(
    candidates
      .filter(({ graph }) => unfittedSteps(graph).length > 0)
      .map(({ model, graph }) => [model, graph]),
  );
  if (graphs.size === 0) return rows;
  const publishedTimes = await readPublishedTimes();
  return rows.map((row) => {
    const graph = graphs.get(row.model);
    const publishedMs = graph && publishedTimes(graph, row.estimate);
    return publishedMs === undefined ? row : { ...row, publishedMs };
  });
}

/** `rcc estimate`: predicted latencies, or, with a budget, what may fit into it; nothing is run. */
export async function estimateSpecs(
  paths: readonly string[],
  options: EstimateCommandOptions,
  _context: CommandContext,
): Promise<CommandResult> {
  const { gpu, batch: batches, budget } = options;
  const precisions = precisionsFor(options);
  const { specs, diagnostics } = await specsFor(paths);
  const candidates = specs.map(candidateOf);
  const estimated = estimateAll(candidates, { gpu, precisions, batches });
  const all = await withPublished(estimated, candidates);
  const rows = budget === undefined ? all : fitBudget(all, budget);
  return { text: describe(rows, options), data: rows, diagnostics };
}
