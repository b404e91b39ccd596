/* SHA-256 in a thread of its own, one for the process, so that it costs little time beside other work on the same bytes. */
import { Worker } from 'node:worker_threads';

/** Stays in a core's cache between the read and the hash. */
const chunkBytes = 1 << 18;

/**
 * As text, because the bundled command line has no file that a thread could be started from. A file is hashed a chunk a turn, so that bytes that
 * somebody waits for are hashed in between.
 */
const workerCode = `
  const { createHash } = require('node:crypto');
  const { closeSync, readSync } = require('node:fs');
  const { parentPort } = require('node:worker_threads');
  const chunk = Buffer.allocUnsafe(${chunkBytes});
  const hashes = new Map();
  const cancelled = new Set();
  const fail = (id, { code, message }) => parentPort.postMessage({ id, result: '', error: { code, message } });
  const hashChunks = (id, file, hash) => {
    try {
      const isCancelled = cancelled.delete(id);
      const count = isCancelled ? 0 : readSync(file, chunk);
      if (count > 0) {
        hash.update(chunk.subarray(0, count));
        setImmediate(hashChunks, id, file, hash);
        return;
      }
      if (!isCancelled) parentPort.postMessage({ id, result: hash.digest('hex') });
    } catch (error) {
      fail(id, error);
    }
    closeSync(file);
  };
  const tasks = {
    file: ({ id, descriptor }) => hashChunks(id, descriptor, createHash('sha256')),
    cancel: ({ file }) => cancelled.add(file),
    update({ id, stream, parts }) {
      if (!hashes.has(stream)) hashes.set(stream, createHash('sha256'));
      for (const part of parts) hashes.get(stream).update(part);
      parentPort.postMessage({ id, result: '' });
    },
    digest({ id, stream }) {
      parentPort.postMessage({ id, result: hashes.get(stream).digest('hex') });
      hashes.delete(stream);
    },
  };
  parentPort.on('message', (message) => {
    try {
      tasks[message.task](message);
    } catch (error) {
      fail(message.id, error);
    }
  });
`;

interface Answer {
  readonly id: number;
  readonly result: string;
  readonly error?: { readonly code?: string; readonly message: string };
}

interface Waiting {
  resolve(result: string): void;
  reject(error: unknown): void;
}

/** The thread keeps the process alive only while somebody waits for it. */
class HashThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #held = 0;

  constructor(onEnd: () => void) {
    this.#worker = new Worker(workerCode, {
      eval: true,
      // It closes files that it did not open.
      trackUnmanagedFds: false,
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 12 },
    });
    this.#worker.on('message', ({ id, result, error }: Answer) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) waiting?.reject(Object.assign(new Error(error.message), { code: error.code }));
      else waiting?.resolve(result);
    });
    this.#worker.on('error', (error) => {
      onEnd();
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    });
    // After the listeners: one that is added keeps the process alive again.
    this.#worker.unref();
  }

  tell(task: Readonly<Record<string, unknown>>): void {
    this.#worker.postMessage(task);
  }

  /** Sends a task that has an answer; shared bytes are not copied. */
  ask(task: Readonly<Record<string, unknown>>): { id: number; result: Promise<string> } {
    this.#lastId += 1;
    const id = this.#lastId;
    const result = new Promise<string>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    // Whoever waits meets the failure; until then it is not unhandled.
    result.catch(() => {});
    this.tell({ ...task, id });
    return { id, result };
  }

  async wait(result: Promise<string>): Promise<string> {
    this.#held += 1;
    this.#worker.ref();
    try {
      return await result;
    } finally {
      this.#held -= 1;
      if (this.#held === 0) this.#worker.unref();
    }
  }
}

let running: HashThread | undefined;

function hashThread(): HashThread {
  running ??= new HashThread(() => {
    running = undefined;
  });
  return running;
}

/** A SHA-256 that is being made, in lower-case hexadecimal. */
export interface HashJob {
  /** Rejects with the system's error where the file cannot be read. */
  digest(): Promise<string>;
  /** Gives the work up; nobody may wait for it any more. */
  cancel(): void;
}

/** Hashes the file behind a descriptor from its start to its end, and closes it. The caller opened it: what waits in an open keeps a process from ending. */
export function startFileHash(descriptor: number): HashJob {
  const thread = hashThread();
  const { id, result } = thread.ask({ task: 'file', descriptor });
  return {
    digest: () => thread.wait(result),
    cancel: () => thread.tell({ task: 'cancel', file: id }),
  };
}

/** A SHA-256 of bytes that come one after another. */
export interface HashStream {
  /** The bytes stay as they are until it resolves. */
  update(parts: readonly Uint8Array[]): Promise<void>;
  digest(): Promise<string>;
}

let lastStream = 0;

export function startHash(): HashStream {
  const thread = hashThread();
  lastStream += 1;
  const stream = lastStream;
  return {
    async update(parts) {
      await thread.wait(thread.ask({ task: 'update', stream, parts }).result);
    },
    digest: () => thread.wait(thread.ask({ task: 'digest', stream }).result),
  };
}
