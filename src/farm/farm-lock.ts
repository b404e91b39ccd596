import { join } from 'node:path';
import { type LockRequest, withLock } from '../io/lock.ts';
import type { Farm } from './scheduler.ts';

/**
 * Runs `task` while nobody else submits to the farm. Held from reading what is done to writing down what was submitted: a job that begins and ends in
 * between would be seen by neither of two runs.
 */
export function withFarmLock<T>(
  { directory }: Farm,
  request: LockRequest,
  task: () => Promise<T>,
): Promise<T> {
  return withLock(join(directory, '.lock'), request, task);
}
