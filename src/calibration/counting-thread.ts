/* Values are counted in another thread, while the network runs the next picture. */
import { ThreadClient } from '../io/thread-client.ts';
import type { Bins, Counted } from './bins.ts';

/** An array in the other thread. */
export interface SentValues {
  readonly length: number;
  /** Counts from an index on, into counts that both threads see. */
  count(start: number, bins: Bins): Promise<Counted>;
}

/** The values in a buffer of their own: of a view of something larger, or of shared memory, all of it would go along. */
function ownBuffer(values: Float32Array): Float32Array<ArrayBuffer> {
  const { buffer } = values;
  const isWhole = values.byteLength === buffer.byteLength && buffer instanceof ArrayBuffer;
  return isWhole ? (values as Float32Array<ArrayBuffer>) : new Float32Array(values);
}

export class CountingThread {
  readonly #thread = new ThreadClient(new URL('./counting-worker.mjs', import.meta.url));
  #lastArray = 0;

  /** Hands an array over: its buffer is the other thread's. */
  send(values: Float32Array): SentValues {
    this.#lastArray += 1;
    const array = this.#lastArray;
    const { length } = values;
    const own = ownBuffer(values);
    let isSent = false;
    return {
      length,
      count: (start, bins) => {
        const task = { array, start, bins };
        const asked = isSent
          ? this.#thread.ask<Counted>('count', task)
          : this.#thread.ask<Counted>('count', { ...task, values: own }, [own.buffer]);
        isSent = true;
        return asked.answer();
      },
    };
  }

  async close(): Promise<void> {
    await this.#thread.close();
  }
}
