import { join } from 'node:path';
import * as z from 'zod';
import { type GpuState, gpuStateOf } from '../../engines/nvidia-smi.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { readTextIfThere } from '../io/open-file.ts';
import { problemText, readJsonAs } from '../io/outside-json.ts';
import { attemptFiles } from './kit-files.ts';

const exitSchema = z.object({
  schemaVersion: z.literal(1),
  state: z.enum(['done', 'failed', 'timeout', 'partial']),
  /** `trtexec`, `signal`, or the check that failed. */
  reason: z.string(),
  signal: z.string(),
  timed: z.array(z.number()),
  /** Seconds since 1970 by that machine's clock. */
  startedAt: z.number(),
  endedAt: z.number(),
});

export type AttemptExit = z.infer<typeof exitSchema>;

/** A run of trtexec that ended. */
export interface AttemptStep {
  readonly kind: string;
  /** 0: for all of them. */
  readonly batch: number;
  readonly status: number;
  readonly seconds: number;
  readonly log: string;
}

/** The GPU at one moment. */
export interface AttemptSample {
  readonly phase: string;
  readonly batch: number;
  /** Processes that compute on it. */
  readonly processes: number;
  readonly state: GpuState;
}

/** What stands in an attempt's folder, before anything of it is judged. */
export interface Attempt {
  readonly directory: string;
  /** Undefined: it has not ended, or was killed. */
  readonly exit: AttemptExit | undefined;
  readonly environment: ReadonlyMap<string, string>;
  readonly steps: readonly AttemptStep[];
  readonly samples: readonly AttemptSample[];
}

/** Whole lines: the last one of a killed script may be cut off. */
function linesOf(text: string | undefined): readonly string[] {
  return (text ?? '').split('\n').slice(0, -1);
}

function entryOf(line: string): readonly [string, string] {
  const at = line.indexOf('=');
  return [line.slice(0, at), line.slice(at + 1)];
}

function stepOf(line: string): readonly AttemptStep[] {
  const [, kind = '', batch, status, seconds, log = ''] =
    /^([a-z]+) (\d+) (\d+) (\d+) ([\w.-]+)$/.exec(line) ?? [];
  if (kind === '') return [];
  return [{ kind, batch: Number(batch), status: Number(status), seconds: Number(seconds), log }];
}

function sampleOf(line: string): readonly AttemptSample[] {
  const [phase = '', batch, , processes, ...state] = line.split(',').map((cell) => cell.trim());
  if (state.length === 0) return [];
  return [{ phase, batch: Number(batch), processes: Number(processes), state: gpuStateOf(state) }];
}

function exitOf(directory: string, text: string | undefined): AttemptExit | undefined {
  if (text === undefined) return undefined;
  const read = readJsonAs(exitSchema, text);
  if (!read.problem) return read.value;
  const reason = problemText(read.problem);
  return fail('attempt-unreadable', { attempt: directory, file: attemptFiles.exit, reason });
}

/** Reads what run.sh has left in a folder. Throws DiagnosticError where a file cannot be read; what is not there is missing. */
export async function readAttempt(directory: string): Promise<Attempt> {
  const read = (file: string) => readTextIfThere(join(directory, file), 'attempt');
  return {
    directory,
    exit: exitOf(directory, await read(attemptFiles.exit)),
    environment: new Map(linesOf(await read(attemptFiles.environment)).map(entryOf)),
    steps: linesOf(await read(attemptFiles.steps)).flatMap(stepOf),
    samples: linesOf(await read(attemptFiles.clocks)).flatMap(sampleOf),
  };
}
