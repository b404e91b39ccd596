import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import { type Cost, countCost } from '../../../codegen/cost.ts';
import { writeWhole } from '../../compile/artifact-files.ts';
import { createDiagnostic, type Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { NamedBench } from '../../report/bench-file.ts';
import { buildReport } from '../../report/build-report.ts';
import type { Chart } from '../../report/charts/chart.ts';
import { loadPngRenderer, type PngRenderer } from '../../report/charts/png.ts';
import { type Published, readFigures } from '../../report/published.ts';
import { answerId, type Report } from '../../report/report.ts';
import { reportFiles } from '../../report/report-files.ts';
import { isStandIn } from '../../report/trust.ts';
import { version } from '../../version.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import { defaultBenchPath } from '../commands/bench.ts';
import type { ReportCommandOptions } from '../commands/report.ts';
import { loadBench } from './load-bench.ts';
import { loadPublishedSpecs } from './published-specs.ts';

/** The files given, else the one that `rcc bench` left, else none. */
function benchPaths(given: readonly string[]): readonly string[] {
  if (given.length > 0) return given;
  return existsSync(defaultBenchPath) ? [defaultBenchPath] : [];
}

async function countCosts(published: Published): Promise<ReadonlyMap<string, Cost>> {
  const specs = await loadPublishedSpecs(published);
  return new Map(specs.map((spec) => [spec.name, countCost(lowerSpec(spec))]));
}

async function writeFiles(
  report: Report,
  { directory, toPng }: { readonly directory: string; readonly toPng: PngRenderer | undefined },
  { signal, progress }: CommandContext,
): Promise<readonly string[]> {
  const written: string[] = [];
  for (const { path, content } of reportFiles(report, toPng)) {
    progress.update(path);
    await writeWhole(join(directory, path), content, signal);
    written.push(path);
  }
  return written;
}

function standInDiagnostic({ path, bench }: NamedBench): readonly Diagnostic[] {
  const count = bench.rows.filter(isStandIn).length;
  return count > 0 ? [createDiagnostic('figures-of-a-stand-in', { count, path })] : [];
}

/** What the charts and tables were made into, in a few words. */
function describeFiles({ sections }: Report, withPng: boolean): string {
  const count = (key: 'charts' | 'tables'): number =>
    sections.reduce((sum, section) => sum + section[key].length, 0);
  return `${count('charts')} charts as SVG${withPng ? ' and PNG' : ''}, ${count('tables')} tables as Markdown and CSV`;
}

/** The verdicts, the one that the page shows first at the front. */
function answersOf({ sections }: Report) {
  const answer = sections.find(({ id }) => id === answerId);
  const { device, batch } = answer?.picker ?? {};
  const charts = answer?.charts ?? [];
  const isFirst = (chart: Chart): boolean => chart.device === device && chart.batch === batch;
  return [...charts.filter(isFirst), ...charts.filter((chart) => !isFirst(chart))].map(
    ({ device: on, batch: at, verdict }) => ({ device: on, batch: at, verdict }),
  );
}

/** What the page says first, for people at a terminal. */
function firstAnswer(report: Report): readonly string[] {
  const [first, ...others] = answersOf(report);
  const { place, headline, sentences = [] } = first?.verdict ?? {};
  if (headline === undefined) return report.lede;
  const verdicts = others.length === 1 ? 'verdict' : 'verdicts';
  const more = others.length > 0 ? ` (${others.length} more ${verdicts} in the page)` : '';
  return [
    ...report.lede,
    '',
    `${place}${more}: ${headline}`,
    ...sentences.map((sentence) => `  ${sentence}`),
    '',
  ];
}

/** `rcc report`: the page with its charts and tables as files; named last on stdout. */
export async function writeReport(
  given: readonly string[],
  { output: directory, against = [], budget, accuracy }: ReportCommandOptions,
  context: CommandContext,
): Promise<CommandResult> {
  const { progress, signal } = context;
  const paths = benchPaths(given);
  const benches = await Promise.all(paths.map(loadBench));
  const figures = await readFigures();
  const report = buildReport({
    figures,
    benches,
    wish: { budgetMs: budget, accuracy },
    against,
    costs: await countCosts(figures.published),
    createdAt: new Date().toISOString(),
    rcc: version,
  });
  progress.heading(
    `report of ${paths.length > 0 ? paths.join(', ') : 'the published figures alone'}`,
  );
  const startedAt = performance.now();
  progress.start('files');
  const png = await loadPngRenderer();
  const toPng = typeof png === 'function' ? png : undefined;
  const diagnostics: readonly Diagnostic[] = [
    ...benches.flatMap(standInDiagnostic),
    ...(typeof png === 'function' ? [] : [png]),
  ];
  signal.throwIfAborted();
  const files = await writeFiles(report, { directory, toPng }, context);
  progress.finish(
    'files',
    describeFiles(report, toPng !== undefined),
    performance.now() - startedAt,
  );
  const page = join(directory, 'index.html');
  const answers = answersOf(report);
  return {
    text: [...(report.warning ? [report.warning] : []), ...firstAnswer(report), page],
    data: { page, directory, files, benches: paths, lede: report.lede, answers },
    diagnostics,
  };
}
