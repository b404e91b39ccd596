import type { Writable } from 'node:stream';
import { execa } from 'execa';
import { type ProcessGroup, watchProcessGroup } from './process-group.ts';
import { LineKeeper, type OutputStream, readLines } from './tool-output.ts';

export interface ToolRequest {
  /** Program and arguments, as they are: no shell reads them. */
  readonly command: readonly [string, ...string[]];
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** What it reads on stdin; default: nothing. */
  readonly input?: string;
  /** Is given what it reads, for a program that is talked to; whoever takes it ends it. In place of `input`. */
  onStart?(stdin: Writable): void;
  /** Between SIGTERM and SIGKILL when it is stopped; default 5,000. */
  readonly graceMs?: number;
  /** All lines of both streams in order of arrival; replaced if it is there. */
  readonly logPath?: string;
  /** How many of the last lines are kept; default 20. */
  readonly tailLines?: number;
  /** Must not throw. */
  onLine?(line: string, stream: OutputStream): void;
}

/** How a program ended, whatever way it was: nothing of this is thrown. */
export interface ToolResult {
  readonly command: readonly string[];
  /** Why it could not be started: the system's code, e.g. ENOENT. */
  readonly startError?: { readonly code: string; readonly message: string };
  /** Absent when it did not start or was ended by a signal. */
  readonly exitCode?: number;
  /** E.g. SIGSEGV, SIGKILL. */
  readonly signal?: string;
  /** It was stopped because its time was over. */
  readonly timedOut: boolean;
  /** It was stopped by the request's AbortSignal, or not started for it. */
  readonly cancelled: boolean;
  readonly durationMs: number;
  /** The last lines of both streams, oldest first. */
  readonly tail: readonly string[];
  /** Why the log is not whole; the program ran on. */
  readonly logError?: string;
}

/** How a program ended that gave no result, in words without a full stop. */
export function endingText({
  startError,
  timedOut,
  cancelled,
  signal,
  exitCode,
}: ToolResult): string {
  if (startError) return startError.message;
  if (timedOut) return 'its time was over';
  if (signal !== undefined) return `signal ${signal}`;
  if (exitCode !== undefined) return `exit status ${exitCode}`;
  return cancelled ? 'it was stopped' : 'no exit status';
}

/** After a program's end, what it left behind may hold its streams open for this long. */
const lingerMs = 1000;

interface Stops {
  timedOut: boolean;
  cancelled: boolean;
}

/** Ends the group when the time is over or the caller gives up; the returned function takes the watch away. */
function watchForStops(request: ToolRequest, group: ProcessGroup, stops: Stops): () => void {
  const { timeoutMs, signal, graceMs = 5000 } = request;
  const stop = (why: keyof Stops): void => {
    if (stops.timedOut || stops.cancelled) return;
    stops[why] = true;
    group.terminate(graceMs);
  };
  const cancel = (): void => stop('cancelled');
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => stop('timedOut'), timeoutMs);
  signal?.addEventListener('abort', cancel);
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
  };
}

function stdinOf({ input, onStart }: ToolRequest) {
  if (onStart) return { stdin: 'pipe' as const };
  return input === undefined ? { stdin: 'ignore' as const } : { input };
}

function start(request: ToolRequest) {
  const [program, ...parameters] = request.command;
  return execa(program, parameters, {
    // A group of its own, so that what it starts ends with it; execa's own clean-up would reach only the program.
    detached: process.platform !== 'win32',
    cleanup: false,
    reject: false,
    buffer: false,
    encoding: 'buffer',
    ...stdinOf(request),
    ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
    ...(request.env === undefined ? {} : { env: request.env }),
  });
}

type Subprocess = ReturnType<typeof start>;

function startErrorOf(ended: Awaited<Subprocess>): ToolResult['startError'] {
  if (ended.exitCode !== undefined || ended.signal !== undefined) return undefined;
  const message = ended.originalMessage ?? 'the program did not start';
  return { code: ended.code ?? 'unknown', message: message.split('\n')[0] ?? message };
}

/** A program may leave others behind that hold its streams: they are ended, and the streams closed if even that does not help. */
function endWhatLingers(subprocess: Subprocess, group: ProcessGroup): () => void {
  const timers: NodeJS.Timeout[] = [];
  subprocess.once('exit', () => {
    const close = (): void => {
      subprocess.stdout.destroy();
      subprocess.stderr.destroy();
    };
    timers.push(setTimeout(group.kill, lingerMs), setTimeout(close, 2 * lingerMs));
  });
  return () => timers.forEach(clearTimeout);
}

async function follow(subprocess: Subprocess, keeper: LineKeeper, group: ProcessGroup) {
  const stopLingering = endWhatLingers(subprocess, group);
  try {
    const streams = [
      readLines(subprocess.stdout, 'stdout', keeper),
      readLines(subprocess.stderr, 'stderr', keeper),
    ];
    await Promise.allSettled(streams);
    return await subprocess;
  } finally {
    stopLingering();
    await keeper.end();
  }
}

/**
 * Runs a program to its end: the one place that starts programs. Lines of both streams go to `onLine`, to a log file and to a bounded tail;
 * memory does not grow with the output. When it is stopped, or leaves programs of its own behind, the whole process group ends.
 */
export async function runTool(request: ToolRequest): Promise<ToolResult> {
  const { command, signal } = request;
  const stops: Stops = { timedOut: false, cancelled: false };
  if (signal?.aborted)
    return { command, timedOut: false, cancelled: true, durationMs: 0, tail: [] };
  const startedMs = performance.now();
  const subprocess = start(request);
  const group = watchProcessGroup(subprocess.pid);
  const keeper = new LineKeeper(request);
  const unwatch = watchForStops(request, group, stops);
  if (subprocess.stdin) request.onStart?.(subprocess.stdin);
  try {
    const ended = await follow(subprocess, keeper, group);
    const startError = startErrorOf(ended);
    return {
      command,
      ...(startError ? { startError } : {}),
      ...(ended.exitCode === undefined ? {} : { exitCode: ended.exitCode }),
      ...(ended.signal === undefined ? {} : { signal: ended.signal }),
      ...stops,
      durationMs: performance.now() - startedMs,
      tail: keeper.tail,
      ...(keeper.logError === undefined ? {} : { logError: keeper.logError }),
    };
  } finally {
    unwatch();
    group.release();
  }
}
