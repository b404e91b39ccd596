import { join } from 'node:path';
import { append } from '../../collections/append.ts';
import { artifactDirectory, writeJson } from '../../compile/artifact-files.ts';
import { benchFileOf } from '../../compile/timing.ts';
import { type Diagnostic, DiagnosticError } from '../../diagnostics/diagnostic.ts';
import { bestAttempt } from '../../kit/best-attempt.ts';
import { type Collection, collectAttempt } from '../../kit/collect.ts';
import { findAttempts, openKit } from '../../kit/open-kit.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import type { CollectCommandOptions } from '../commands/collect.ts';
import { formatMeasurements } from '../table.ts';

async function collectOne(
  path: string,
  { output, kit: given }: CollectCommandOptions,
  isSingle: boolean,
): Promise<Collection> {
  const found = await findAttempts(path, given);
  const kit = await openKit(found.kit);
  const attempt = await bestAttempt(kit, found.attempts);
  const { model, precision } = kit.manifest;
  const directory = isSingle ? output : artifactDirectory(model, precision, output);
  return await collectAttempt(kit, attempt, directory);
}

function describe({ attempt, directory }: Collection): string {
  const { model, precision, state } = attempt;
  return `${model} ${precision}: ${state}, ${attempt.directory}${directory ? ` → ${directory}` : ''}`;
}

/** `rcc collect`: of each kit its best attempt, as an artifact; all timings in one bench file. What cannot be read hides none of the others. */
export async function collectKits(
  paths: readonly string[],
  options: CollectCommandOptions,
  { signal }: CommandContext,
): Promise<CommandResult> {
  const collections: Collection[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const path of paths) {
    signal.throwIfAborted();
    try {
      const collection = await collectOne(path, options, paths.length === 1);
      collections.push(collection);
      append(diagnostics, collection.diagnostics);
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      append(diagnostics, error.diagnostics);
    }
  }
  const rows = collections.flatMap((each) => each.rows);
  const audits = collections.flatMap((each) => each.audits);
  const profiles = collections.flatMap((each) => each.profiles);
  const bench = join(options.output, 'bench.json');
  if (rows.length > 0) await writeJson(bench, benchFileOf({ rows, audits, profiles }));
  const table = rows.length > 0 ? ['', formatMeasurements(rows), '', bench] : [];
  return {
    text: [...collections.map(describe), ...table],
    data: collections.map(({ attempt, directory, rows: measurements }) => ({
      model: attempt.model,
      precision: attempt.precision,
      attempt: attempt.directory,
      state: attempt.state,
      isStandIn: attempt.isStandIn,
      missing: attempt.missing,
      directory,
      measurements,
    })),
    diagnostics,
  };
}
