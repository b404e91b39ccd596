import { type Transferable, Worker, type WorkerOptions } from 'node:worker_threads';

type Fields = Readonly<Record<string, unknown>>;

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: { readonly code?: string; readonly message: string };
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/** A task that another thread was given. */
export interface ThreadTask<T> {
  readonly id: number;
  /** Waits for the answer, and keeps the process alive meanwhile. Rejects with the thread's error, its `code` with it. */
  answer(): Promise<T>;
}

/** A thread that answers tasks by `answerTasks`. It keeps the process alive only while somebody waits for it. */
export class ThreadClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #held = 0;

  /** `file` is JavaScript, as it is in the sources: Node loads a thread without the tools that load TypeScript. */
  constructor(file: URL, options: WorkerOptions = {}, onFailure: () => void = () => {}) {
    this.#worker = new Worker(file, { execArgv: [], ...options });
    this.#worker.on('message', ({ id, result, error }: Answer) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) waiting?.reject(Object.assign(new Error(error.message), { code: error.code }));
      else waiting?.resolve(result);
    });
    this.#worker.on('error', (error) => {
      onFailure();
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    });
    // After the listeners: one that is added keeps the process alive again.
    this.#worker.unref();
  }

  /** Gives a task that has no answer. */
  tell(task: string, fields: Fields): void {
    this.#worker.postMessage({ ...fields, task });
  }

  /** Gives a task. Shared memory and what is transferred are not copied. */
  ask<T>(task: string, fields: Fields, transferred: readonly Transferable[] = []): ThreadTask<T> {
    this.#lastId += 1;
    const id = this.#lastId;
    const result = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    // Whoever waits meets the failure; until then it is not unhandled.
    result.catch(() => {});
    this.#worker.postMessage({ ...fields, task, id }, transferred);
    return { id, answer: () => this.#hold(result as Promise<T>) };
  }

  async #hold<T>(result: Promise<T>): Promise<T> {
    this.#held += 1;
    this.#worker.ref();
    try {
      return await result;
    } finally {
      this.#held -= 1;
      if (this.#held === 0) this.#worker.unref();
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
