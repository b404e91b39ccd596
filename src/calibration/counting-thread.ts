/* Values are counted in another thread, while the network runs the next picture. */
import { Worker } from 'node:worker_threads';
import { type Bins, type Counted, countFrom, largestFrom } from './count-values.ts';

/** As text, because the bundled command line has no file that a thread could be started from. Arrays are kept until all of them is counted. */
const workerCode = `
  const { parentPort } = require('node:worker_threads');
  const countFrom = ${countFrom};
  const largestFrom = ${largestFrom};
  const kept = new Map();
  parentPort.on('message', ({ id, values = kept.get(id), start, bins }) => {
    const end = countFrom(values, start, bins);
    if (end < values.length) kept.set(id, values);
    else kept.delete(id);
    parentPort.postMessage({ id, end, largest: largestFrom(values, end) });
  });
`;

interface Waiting {
  resolve(counted: Counted): void;
  reject(error: unknown): void;
}

/** An array in the other thread. */
export interface SentValues {
  readonly length: number;
  /** Counts from an index on, into counts that both threads see. */
  count(start: number, bins: Bins): Promise<Counted>;
}

export class CountingThread {
  readonly #worker = new Worker(workerCode, { eval: true });
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor() {
    this.#worker.on('message', ({ id, ...counted }: Counted & { readonly id: number }) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      waiting?.resolve(counted);
    });
    this.#worker.on('error', (error) => {
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    });
  }

  /** Hands an array over: its buffer is the other thread's. */
  send(values: Float32Array): SentValues {
    this.#lastId += 1;
    const id = this.#lastId;
    // A view of something larger, or of shared memory, must not take all of it along.
    const isWhole = values.byteLength === values.buffer.byteLength;
    const own = isWhole && values.buffer instanceof ArrayBuffer ? values : values.slice();
    let sent = false;
    const { length } = values;
    return {
      length,
      count: (start, bins) =>
        new Promise((resolve, reject) => {
          this.#waiting.set(id, { resolve, reject });
          const message = { id, start, bins };
          if (sent) this.#worker.postMessage(message);
          else this.#worker.postMessage({ ...message, values: own }, [own.buffer as ArrayBuffer]);
          sent = true;
        }),
    };
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
