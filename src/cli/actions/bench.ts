import type { TargetName } from '../../../engines/engine.ts';
import { writeJson } from '../../compile/artifact-files.ts';
import { benchSpec } from '../../compile/bench.ts';
import {
  benchFileOf,
  type ModelMeasurement,
  stabilityWarnings,
  type TimingLimits,
} from '../../compile/timing.ts';
import { fail } from '../../diagnostics/diagnostic.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import type { BenchCommandOptions } from '../commands/bench.ts';
import { networkOptionsOf, timingOf } from '../options.ts';
import { precisionOptionsOf } from '../precision-options.ts';
import { formatTable } from '../table.ts';
import { loadSpecs } from './load-specs.ts';
import { runJobs } from './run-jobs.ts';

type Row = ModelMeasurement;

const head = [
  'model',
  'precision',
  'device',
  'batch',
  'median ms',
  'p90 ms',
  'p99 ms',
  'images/s',
  'threads',
  'stable',
];

function cellsOf(row: Row): readonly string[] {
  const { latency, settings } = row;
  return [
    row.model,
    row.precision,
    row.device.name,
    String(row.batch),
    ...[latency.medianMs, latency.p90Ms, latency.p99Ms].map((value) => value.toFixed(2)),
    row.imagesPerSecond.toFixed(1),
    String(settings.threads ?? ''),
    row.stable ? 'yes' : 'no',
  ];
}

const csvCell = (text: string): string =>
  /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
const markdownRow = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const formats: Readonly<Record<BenchCommandOptions['format'], (rows: readonly Row[]) => string>> = {
  text: (rows) =>
    formatTable(head, rows.map(cellsOf), [
      'left',
      'left',
      'left',
      'right',
      'right',
      'right',
      'right',
      'right',
      'right',
      'left',
    ]),
  markdown: (rows) =>
    [head, head.map(() => '---'), ...rows.map(cellsOf)].map(markdownRow).join('\n'),
  csv: (rows) =>
    [head, ...rows.map(cellsOf)].map((cells) => cells.map(csvCell).join(',')).join('\n'),
  jsonl: (rows) => rows.map((row) => JSON.stringify(row)).join('\n'),
};

/** The table; for people also what its figures mean and the file they are in. */
function formatRows(rows: readonly Row[], { format, output }: BenchCommandOptions): string {
  const table = formats[format](rows);
  const [first] = rows;
  return format === 'text' && first ? `${table}\n\n${first.definition}\n${output}` : table;
}

/** A processor's run may take a second, a GPU's a thousandth of it. */
function limitsOf(target: TargetName): TimingLimits {
  return { warmUpMs: 500, durationMs: 3000, minIterations: target === 'onnxruntime' ? 5 : 100 };
}

/** `rcc bench`: every spec in every precision at every batch size, one after another. */
export async function benchSpecs(
  paths: readonly string[],
  options: BenchCommandOptions,
  context: CommandContext,
): Promise<CommandResult> {
  const { specs, diagnostics: warnings } = await loadSpecs(paths);
  const { results, diagnostics } = await runJobs(
    {
      specs,
      batches: options.batch,
      run: ({ spec, precision, target, listener }) => {
        const engine = target.engine ?? fail('target-without-engine', { target: options.target });
        return benchSpec(spec, {
          precision,
          engine,
          batches: options.batch,
          form: target.form,
          timing: timingOf(options, limitsOf(engine.target)),
          listener,
          signal: context.signal,
          ...networkOptionsOf(options),
          ...precisionOptionsOf(options),
        });
      },
    },
    options,
    context,
  );
  const rows = results.flat();
  const file = benchFileOf({ rows });
  // A run that measured nothing leaves what an earlier one wrote.
  if (rows.length > 0) await writeJson(options.output, file);
  return {
    text: formatRows(rows, options),
    data: file,
    diagnostics: [...warnings, ...diagnostics, ...results.flatMap(stabilityWarnings)],
  };
}
