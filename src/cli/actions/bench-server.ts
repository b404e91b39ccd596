import { mergeWarnings } from '../../../engines/merge-warnings.ts';
import { writeJson } from '../../compile/artifact-files.ts';
import { createDiagnostic, type Diagnostic } from '../../diagnostics/diagnostic.ts';
import { serverTable } from '../../report/server-table.ts';
import { type Table, tableToCsv, tableToMarkdown } from '../../report/table.ts';
import { benchServer, type ServerBench } from '../../server/bench.ts';
import { roundTripDefinition } from '../../server/measure.ts';
import { version } from '../../version.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import type { BenchCommandOptions } from '../commands/bench.ts';
import { serverOf } from '../server-options.ts';
import { formatFigures } from '../table.ts';
import { type Text, verbatim } from '../text.ts';
import { timingOf } from '../timing-options.ts';
import { verifyOnServer } from './verify-server.ts';

export interface BenchServerCommandOptions extends Omit<BenchCommandOptions, 'output'> {
  /** Absent: nothing is written. */
  readonly output?: string | undefined;
}

/** What a narrow window can do without, the least needed first. */
const spare: readonly string[] = [
  'input ms',
  'output ms',
  'images a run',
  'p95 ms',
  'queue ms',
  'infer ms',
  'p90 ms',
];

const usualConcurrencies: readonly number[] = [1, 2, 4, 8];
const usualLimits = { warmUpMs: 500, durationMs: 3000, minIterations: 100 };

/** Measurements of a server: another kind of file than a bench file, so that no report takes a round trip for an engine's latency. */
function fileOf({ address, facts, rows }: ServerBench) {
  return {
    kind: 'rcc-server-bench',
    schemaVersion: 1,
    createdAt: new Date().toISOString(),
    rcc: version,
    address,
    model: facts.model,
    ...(facts.version === undefined ? {} : { version: facts.version }),
    server: `${facts.server.name} ${facts.server.version}`,
    definition: roundTripDefinition,
    rows,
  };
}

type File = ReturnType<typeof fileOf>;

const formats: Readonly<Record<BenchCommandOptions['format'], (table: Table, file: File) => Text>> =
  {
    text: (table) => formatFigures(table, spare),
    markdown: (table) => verbatim(tableToMarkdown(table).trimEnd()),
    csv: (table) => verbatim(tableToCsv(table).trimEnd()),
    json: (_, file) => verbatim(JSON.stringify(file, null, 2)),
    jsonl: (_, { rows }) => verbatim(rows.map((row) => JSON.stringify(row)).join('\n')),
  };

/** One warning about the rows whose times are not to be trusted, with the reasons. */
function unsteady({ facts: { model }, rows }: ServerBench): readonly Diagnostic[] {
  const told = rows.flatMap(({ batch, concurrency, warnings }) =>
    warnings.map((text) => ({ place: `${batch}×${concurrency}`, text })),
  );
  const details = mergeWarnings('batch × requests at once', told);
  if (details.length === 0) return [];
  return [createDiagnostic('server-timing-unsteady', { model }, { details })];
}

/** `rcc bench --server`: round trips under rising concurrency; with a spec only where the model is what it says. */
export async function benchOnServer(
  paths: readonly string[],
  options: BenchServerCommandOptions,
  context: CommandContext,
): Promise<CommandResult> {
  const { connection, name } = await serverOf(options, context);
  const { batches, concurrency: concurrencies = usualConcurrencies, format, output } = options;
  const { warmUp: _, duration: __, iterations: ___, ...untimed } = options;
  const told = paths.length > 0 ? await verifyOnServer(paths, untimed, context) : {};
  const { diagnostics = [] } = told;
  if (diagnostics.some(({ severity }) => severity === 'error')) return told;
  const limits = timingOf(options, usualLimits);
  context.progress.heading(`${name.model} on ${connection.address}`);
  const bench = await benchServer({
    connection,
    name,
    batches,
    concurrencies,
    limits,
    onProgress: ({ batch, concurrency }) =>
      context.progress.update(`batch ${batch}, ${concurrency} at once`),
  });
  const file = fileOf(bench);
  if (output !== undefined) await writeJson(output, file);
  const table = serverTable(`${name.model} on ${bench.address}`, bench.rows);
  const text = formats[format](table, file);
  return { text, data: file, diagnostics: [...diagnostics, ...unsteady(bench)] };
}
