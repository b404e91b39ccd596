import { appendFile } from 'node:fs/promises';
import { type Diagnostic, DiagnosticError } from '../../diagnostics/diagnostic.ts';
import { whileWriting } from '../../io/file-failure.ts';
import type { Format, Formatter } from './formats.ts';
import { type Outcome, type OutcomeFacts, outcomeOf } from './outcome.ts';

export interface FormatIo {
  readonly stdout: NodeJS.WritableStream;
  readonly env: NodeJS.ProcessEnv;
}

async function appendSummary(
  { summary }: Formatter,
  outcome: Outcome,
  env: NodeJS.ProcessEnv,
): Promise<readonly Diagnostic[]> {
  const path = summary?.path(env);
  if (!summary || !path) return [];
  try {
    const text = summary.write(outcome);
    await whileWriting(path, () => appendFile(path, text));
    return [];
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return error.diagnostics;
  }
}

/** Writes the outcome of a command to stdout in a format, and a summary to the file that the pipeline names; gives back why it could not be written. */
export async function writeFormat(
  format: Format,
  facts: OutcomeFacts,
  { stdout, env }: FormatIo,
): Promise<readonly Diagnostic[]> {
  const formatter = await format.load();
  const outcome = outcomeOf(facts);
  stdout.write(`${formatter.write(outcome)}\n`);
  return await appendSummary(formatter, outcome, env);
}
