import { createDiagnostic, type Diagnostic } from '../../../src/diagnostics/diagnostic.ts';
import { endingText, type ToolResult } from '../../process.ts';
import { type FailedRun, failurePatterns, inExcerpt, withoutStop } from './failure-patterns.ts';

/** Exit codes of shells, docker and ssh for a program that did not start there. */
const notStarted = new Set([125, 126, 127, 255]);
/** A shell or container adds 128 to the number of the signal that ended the program. */
const signalsByCode: Readonly<Record<number, string>> = {
  132: 'SIGILL',
  134: 'SIGABRT',
  135: 'SIGBUS',
  136: 'SIGFPE',
  137: 'SIGKILL',
  139: 'SIGSEGV',
  143: 'SIGTERM',
};

function explainStatus(run: FailedRun): Diagnostic | undefined {
  const { result, timeoutS: seconds, report } = run;
  const command = result.command.slice(0, 2).join(' ');
  if (result.startError) {
    const { message: reason } = result.startError;
    return createDiagnostic('trtexec-not-startable', { command: result.command[0] ?? '', reason });
  }
  if (result.timedOut) {
    const facts = { seconds, phase: report.phase };
    return createDiagnostic('trtexec-timed-out', facts, inExcerpt(run));
  }
  if (!report.banner && notStarted.has(result.exitCode ?? 0)) {
    const reason = withoutStop(result.tail.at(-1) ?? endingText(result));
    return createDiagnostic('trtexec-not-startable', { command, reason }, inExcerpt(run));
  }
  return undefined;
}

function endingSignal({ exitCode, signal }: ToolResult): string | undefined {
  return signal ?? signalsByCode[exitCode ?? 0];
}

/** Whether the log could not be written whole for lack of space: then trtexec's own files could not either. */
export function isDiskFull({ logError }: ToolResult): boolean {
  return /ENOSPC|EDQUOT/.test(logError ?? '');
}

function explainLog(run: FailedRun): Diagnostic | undefined {
  for (const error of [...run.report.errors, ...run.result.tail]) {
    for (const [pattern, explain] of failurePatterns) {
      const found = pattern.exec(error);
      if (found) return explain(found, run);
    }
  }
  return undefined;
}

/**
 * One diagnostic for a run that failed: the exit status decides first, then the first error of the log that rcc knows, then the signal.
 * A log that fits nothing is shown as it is.
 */
export function explainFailure(run: FailedRun): Diagnostic {
  const signal = endingSignal(run.result);
  const killed = (name: string) =>
    createDiagnostic('trtexec-killed', { signal: name }, inExcerpt(run));
  const byStatus = explainStatus(run);
  if (byStatus) return byStatus;
  if (signal === 'SIGKILL') return killed(signal);
  const byLog = explainLog(run);
  if (byLog) return byLog;
  if (isDiskFull(run.result)) {
    return createDiagnostic('tensorrt-disk-full', {}, inExcerpt(run));
  }
  if (signal) return killed(signal);
  return createDiagnostic('trtexec-failed', { status: endingText(run.result) }, inExcerpt(run));
}
