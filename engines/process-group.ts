import { errorCode } from '../src/diagnostics/error-code.ts';
import { onExit } from '../src/io/exit-cleanup.ts';

/** Signals a program that leads its own process group, with all that it started. A group that has ended is no error. */
function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    // Windows has no groups; the program itself is all that can be reached.
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

/** A running program and what it started: can be asked to end, is made to end in time, never outlives this process. */
export interface ProcessGroup {
  /** SIGTERM now, SIGKILL after `graceMs`. */
  terminate(graceMs: number): void;
  /** SIGKILL now. */
  kill(): void;
  /** To be called when the program has ended. */
  release(): void;
}

/** `pid` leads the group; a program that did not start has none, and then there is nothing to end. */
export function watchProcessGroup(pid: number | undefined): ProcessGroup {
  if (pid === undefined) return { kill() {}, terminate() {}, release() {} };
  let timer: NodeJS.Timeout | undefined;
  const kill = (): void => signalGroup(pid, 'SIGKILL');
  const forget = onExit(kill);
  return {
    kill,
    terminate(graceMs) {
      signalGroup(pid, 'SIGTERM');
      timer ??= setTimeout(kill, graceMs);
    },
    release() {
      clearTimeout(timer);
      forget();
    },
  };
}
