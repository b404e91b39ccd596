import { errorCode } from '../diagnostics/error-code.ts';

/** Whether there is a process with this id on this machine. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It runs, as another user.
    return errorCode(error) === 'EPERM';
  }
}
