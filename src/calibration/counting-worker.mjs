// @ts-check
/* The thread behind counting-thread.ts. */
import { answerTasks } from '../io/answer-tasks.mjs';
import { countFrom, largestFrom } from './count-values.mjs';

/**
 * Arrays that are not counted to their end.
 *
 * @type {Map<number, Float32Array>}
 */
const kept = new Map();

answerTasks({
  /**
   * `values` come with the first task of an array.
   *
   * @param {{ array: number, values: Float32Array, start: number, bins: import('./bins.ts').Bins }} message
   * @returns {import('./bins.ts').Counted}
   */
  count({ array, values = /** @type {Float32Array} */ (kept.get(array)), start, bins }) {
    const end = countFrom(values, start, bins);
    if (end < values.length) kept.set(array, values);
    else kept.delete(array);
    return { end, largest: largestFrom(values, end) };
  },
});
