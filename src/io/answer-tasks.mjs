// @ts-check
import { parentPort } from 'node:worker_threads';

/**
 * The thread's half of a `ThreadClient`: each message names a task, and its answer goes back under the message's id. A task without an id has no answer.
 *
 * @param {Readonly<Record<string, (message: any) => unknown>>} tasks
 */
export function answerTasks(tasks) {
  const known = new Map(Object.entries(tasks));
  /** @param {{ task: string, id?: number }} message */
  const answer = async (message) => {
    const { task, id } = message;
    try {
      const result = await known.get(task)?.(message);
      if (id !== undefined) parentPort?.postMessage({ id, result });
    } catch (error) {
      const { code, message: reason } = /** @type {NodeJS.ErrnoException} */ (error);
      parentPort?.postMessage({ id, error: { code, message: reason } });
    }
  };
  parentPort?.on('message', answer);
}
