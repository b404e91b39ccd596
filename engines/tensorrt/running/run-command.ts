import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ownValue } from '../../../src/collections/own-value.ts';
import { DiagnosticError } from '../../../src/diagnostics/diagnostic.ts';
import type { Span } from '../../../src/diagnostics/source.ts';
import { sha256 } from '../../../src/io/sha256.ts';
import { runTool, type ToolResult } from '../../process.ts';
import { toolCommand } from '../../tool-command.ts';
import { explainFailure } from '../logs/failure.ts';
import type { FailedRun } from '../logs/failure-patterns.ts';
import { TrtexecLogParser } from '../logs/parse-log.ts';
import type { Phase, TrtexecReport } from '../logs/report.ts';
import { deviceOrder } from '../machine/machine.ts';
import { splitArgument } from '../planning/option-table.ts';
import type { TrtexecCommand } from '../planning/plan.ts';
import { machineKey, type TensorrtEngineOptions } from './context.ts';
import { keepDuration, lastDuration } from './durations.ts';
import { sizeOf } from './optional-file.ts';

const progressEveryMs = 1000;

export interface RunRequest {
  readonly signal?: AbortSignal | undefined;
  readonly report?: ((progress: string) => void) | undefined;
  readonly locateNode?: ((node: string) => Span | undefined) | undefined;
}

export interface FinishedRun {
  readonly result: ToolResult;
  readonly report: TrtexecReport;
}

/** Puts other files in place of those that the plan names: `--saveEngine` under a temporary name. */
export function withPaths(
  command: TrtexecCommand,
  paths: Readonly<Record<string, string>>,
): TrtexecCommand {
  const args = command.args.map((argument) => {
    const { name } = splitArgument(argument);
    const path = ownValue(paths, name);
    return path === undefined ? argument : `${name}=${path}`;
  });
  return { ...command, args };
}

/** Takes an option out of a command. */
export function withoutOption(command: TrtexecCommand, option: string): TrtexecCommand {
  return { ...command, args: command.args.filter((arg) => splitArgument(arg).name !== option) };
}

const doing: Readonly<Record<Phase, string>> = {
  starting: 'starting trtexec',
  parsing: 'reading the ONNX file',
  building: 'choosing kernels',
  writing: 'writing the engine',
  loading: 'loading the engine',
  timing: 'timing',
  reporting: 'reporting',
};

/** Tells every second what trtexec is at and for how long, beside how long the whole run took last time. */
function showProgress(
  command: TrtexecCommand,
  parser: TrtexecLogParser,
  last: number | undefined,
  request: RunRequest,
): () => void {
  if (!request.report) return () => {};
  const startedMs = performance.now();
  const batch = command.batch === undefined ? '' : ` batch ${command.batch}`;
  const before = last === undefined ? '' : ` (last time ${last} s)`;
  const tell = () => {
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    request.report?.(`${command.kind}${batch}: ${doing[parser.phase]}, ${seconds} s${before}`);
  };
  tell();
  const timer = setInterval(tell, progressEveryMs);
  return () => clearInterval(timer);
}

/** The same for the same model with the same options, wherever it is built: most folders are gone by the next time. */
async function durationKey(
  options: TensorrtEngineOptions,
  { kind, engine, args }: TrtexecCommand,
): Promise<string> {
  const folder = dirname(engine);
  const relative = args.map((argument) => argument.replaceAll(folder, ''));
  const sizeBytes = await sizeOf(join(folder, 'model.onnx'));
  const identity = [machineKey(options.machine), kind, sizeBytes, ...relative];
  return sha256(identity.join('\n')).slice(0, 16);
}

/** Throws the signal's own reason where the run was cancelled, else the diagnostic of its failure. */
export function throwFailure(run: FailedRun, signal: AbortSignal | undefined): never {
  if (run.result.cancelled) signal?.throwIfAborted();
  throw new DiagnosticError([explainFailure(run)]);
}

/** A run with what explains its failure. */
export function failedRun(
  options: TensorrtEngineOptions,
  command: TrtexecCommand,
  finished: FinishedRun,
  request: RunRequest,
): FailedRun {
  return {
    ...finished,
    log: command.log,
    engine: command.engine,
    timeoutS: options.intent.timeoutS,
    ...(request.locateNode ? { locateNode: request.locateNode } : {}),
  };
}

/** Runs one planned command to its end, whatever that is: output to its log file, progress every second. */
export async function runCommand(
  options: TensorrtEngineOptions,
  planned: TrtexecCommand,
  command: TrtexecCommand,
  request: RunRequest,
): Promise<FinishedRun> {
  const directory = dirname(planned.engine);
  const durations = join(options.cacheDirectory, 'tensorrt');
  const key = await durationKey(options, planned);
  const parser = new TrtexecLogParser();
  const last = request.report ? await lastDuration(durations, key) : undefined;
  await mkdir(dirname(planned.log), { recursive: true });
  const stopProgress = showProgress(planned, parser, last, request);
  const result = await runTool({
    command: toolCommand(options.machine.tool, command.args, directory),
    env: deviceOrder,
    timeoutMs: options.intent.timeoutS * 1000,
    logPath: planned.log,
    onLine: (line, stream) => parser.push(line, stream),
    ...(request.signal ? { signal: request.signal } : {}),
  }).finally(stopProgress);
  if (result.exitCode === 0) await keepDuration(durations, key, result.durationMs / 1000);
  return { result, report: parser.report() };
}

/** As `runCommand`; throws unless trtexec ended with success. */
export async function runToSuccess(
  options: TensorrtEngineOptions,
  planned: TrtexecCommand,
  command: TrtexecCommand,
  request: RunRequest,
): Promise<TrtexecReport> {
  const finished = await runCommand(options, planned, command, request);
  const { result, report } = finished;
  if (result.exitCode !== 0) {
    throwFailure(failedRun(options, planned, finished, request), request.signal);
  }
  return report;
}
