import { writeJson } from '../../compile/artifact-files.ts';
import { benchSpec } from '../../compile/bench.ts';
import { benchLimits } from '../../compile/model-options.ts';
import { loadSpecs } from '../../compile/spec-files.ts';
import { benchFileOf, type ModelMeasurement } from '../../compile/timing.ts';
import { jsonText } from '../../io/json-text.ts';
import type { BenchFile } from '../../report/bench-file.ts';
import { benchSheet, benchTables } from '../../report/bench-tables.ts';
import { tableToCsv, tableToMarkdown } from '../../report/table.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import type { BenchCommandOptions } from '../commands/bench.ts';
import { formatMeasurements } from '../table.ts';
import { paragraphs, type Text, verbatim } from '../text.ts';
import { timingOf } from '../timing-options.ts';
import { runJobs } from './run-jobs.ts';

type Format = BenchCommandOptions['format'];

type Rows = readonly ModelMeasurement[];

const formats: Readonly<Record<Format, (rows: Rows, file: BenchFile) => Text>> = {
  text: formatMeasurements,
  markdown: (rows) => verbatim(benchTables(rows).map(tableToMarkdown).join('\n').trimEnd()),
  csv: (rows) => verbatim(tableToCsv(benchSheet(rows)).trimEnd()),
  json: (_, file) => verbatim(jsonText(file)),
  jsonl: (rows) => verbatim(rows.map((row) => JSON.stringify(row)).join('\n')),
};

/** The figures; for people also the file they are in. */
function formatRows(rows: Rows, file: BenchFile, { format, output }: BenchCommandOptions): Text {
  const text = formats[format](rows, file);
  return format === 'text' && rows.length > 0 ? paragraphs([text, output]) : text;
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
      doing: 'timing',
      batches: options.batches,
      run: (spec, model) =>
        benchSpec(spec, { ...model, timing: timingOf(options, benchLimits(model.target)) }),
    },
    options,
    context,
  );
  const rows = results.flatMap(({ measurements }) => measurements);
  const file = benchFileOf({
    rows,
    audits: results.flatMap(({ audits }) => audits),
    profiles: results.flatMap(({ profiles }) => profiles),
  });
  // A run that measured nothing leaves what an earlier one wrote.
  if (rows.length > 0) await writeJson(options.output, file);
  return {
    text: formatRows(rows, file, options),
    data: file,
    diagnostics: [...warnings, ...diagnostics, ...results.flatMap((result) => result.diagnostics)],
  };
}
