/*
 * What must not outlive the process: half-written files, running tools. Whoever makes one registers how it is removed.
 * What a killed process leaves, the next run removes (artifact.ts).
 */
import { writeSync } from 'node:fs';
import { createDiagnostic, type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** An interrupted run has this long to end in an orderly way. */
const defaultGraceMs = 700;

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

/** From here on a signal does what it does to any program. */
function leaveSignals(): void {
  for (const signal of endingSignals) process.removeAllListeners(signal);
}

function tell({ message, code }: Diagnostic): void {
  try {
    writeSync(process.stderr.fd, `error: ${message} [${code}]\n`);
  } catch {
    // Nobody reads it.
  }
}

/** Ends the process by the signal that it got. Not by an exit, which waits for all threads: one that waits in the system for another program may never end. */
function dieOf(signal: NodeJS.Signals): void {
  runCleanups();
  tell(createDiagnostic('interrupted', { signal }));
  leaveSignals();
  process.kill(process.pid, signal);
}

/**
 * For a command line: the first SIGINT, SIGTERM or SIGHUP aborts the returned signal with an `interrupted` diagnostic as its reason, so that the run
 * ends in an orderly way; at a second one, or after `graceMs` without an end, the process is cleaned up and dies of it, whatever its threads do.
 */
export function abortOnSignals(graceMs = defaultGraceMs): AbortSignal {
  const controller = new AbortController();
  const interrupt = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) dieOf(signal);
    controller.abort(new DiagnosticError([createDiagnostic('interrupted', { signal })]));
    setTimeout(dieOf, graceMs, signal).unref();
  };
  for (const signal of endingSignals) process.on(signal, interrupt);
  // Nothing of this is heard any more while an exit waits for threads.
  process.once('exit', leaveSignals);
  return controller.signal;
}
