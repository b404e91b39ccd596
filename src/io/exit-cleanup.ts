/*
 * What must not outlive the process: half-written files, running tools. Whoever makes one registers how it is removed.
 * What a killed process leaves, the next run removes (artifact.ts).
 */
import { createDiagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Exit code of an interrupted run, from the table of design. */
const interruptedExitCode = 130;

const cleanups = new Set<() => void>();

function runCleanups(): void {
  // Last in, first out: a tool is ended before the file that it writes is removed.
  for (const cleanup of [...cleanups].reverse()) {
    cleanups.delete(cleanup);
    try {
      cleanup();
    } catch {
      // The process is ending: the other cleanups matter more than the reason why this one could not.
    }
  }
}

/**
 * Runs `cleanup`, which must be synchronous, when the process exits; gives the function that takes it back.
 * Death by a signal is no exit: a program that wants its Ctrl-C to clean up listens with `abortOnSignals`. (Listening here as well, for
 * programs that do not, would keep them alive wherever another package listens as politely.)
 */
export function onExit(cleanup: () => void): () => void {
  if (cleanups.size === 0) process.on('exit', runCleanups);
  cleanups.add(cleanup);
  return () => {
    if (cleanups.delete(cleanup) && cleanups.size === 0) process.off('exit', runCleanups);
  };
}

/**
 * For a command line: the first SIGINT, SIGTERM or SIGHUP aborts the returned signal with an `interrupted` diagnostic as its reason, so that the run
 * ends in an orderly way; a second one, or `graceMs` without an end, exits with 130 at once.
 */
export function abortOnSignals(graceMs = 10_000): AbortSignal {
  const controller = new AbortController();
  const interrupt = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(interruptedExitCode);
    controller.abort(new DiagnosticError(createDiagnostic('interrupted', { signal })));
    setTimeout(() => process.exit(interruptedExitCode), graceMs).unref();
  };
  for (const signal of endingSignals) process.on(signal, interrupt);
  return controller.signal;
}
