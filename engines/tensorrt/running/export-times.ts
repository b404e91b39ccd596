import { streamFile } from '../../../src/io/open-file.ts';
import { asFields, isTimeMs } from '../../../src/io/outside-fields.ts';
import { readJson } from '../../../src/io/outside-json.ts';

/** Most queries that are read; more than an hour at 0.5 ms. */
const mostQueries = 8_000_000;
/** A query's object is about 250 characters; what has no end by then is no object. */
const longestObject = 1 << 14;

/** Times of counted queries, in the order in which they ran, in milliseconds. */
export interface QueryTimes {
  readonly latencyMs: Float64Array;
  readonly computeMs: Float64Array;
  readonly h2dMs: Float64Array;
  readonly d2hMs: Float64Array;
  /** Queries whose times are none (inf, nan, below 0) or whose object is broken. */
  readonly unreadable: number;
  /** Whether the file ended as it should. */
  readonly whole: boolean;
}

type Series = 'latencyMs' | 'computeMs' | 'h2dMs' | 'd2hMs';
const seriesNames: readonly Series[] = ['latencyMs', 'computeMs', 'h2dMs', 'd2hMs'];

class GrowingArray {
  #values = new Float64Array(4096);
  #count = 0;

  push(value: number): void {
    if (this.#count === this.#values.length) {
      const larger = new Float64Array(this.#count * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#count++] = value;
  }

  take(): Float64Array {
    return this.#values.subarray(0, this.#count);
  }
}

class TimesReader {
  readonly #series = Object.fromEntries(seriesNames.map((name) => [name, new GrowingArray()]));
  #rest = '';
  #queries = 0;
  #unreadable = 0;

  push(chunk: string): void {
    this.#rest += chunk;
    let end = this.#rest.indexOf('}');
    let from = 0;
    for (; end >= 0; end = this.#rest.indexOf('}', from)) {
      const part = this.#rest.slice(from, end + 1);
      const start = part.indexOf('{');
      if (start >= 0) this.#takeObject(part.slice(start));
      from = end + 1;
    }
    this.#rest = this.#rest.slice(from);
    if (this.#rest.length > longestObject) this.#rest = this.#rest.slice(-longestObject);
  }

  end(): QueryTimes {
    const times = Object.fromEntries(
      seriesNames.map((name) => [name, this.#series[name]?.take() ?? new Float64Array()]),
    ) as Record<Series, Float64Array>;
    return { ...times, unreadable: this.#unreadable, whole: this.#rest.trim() === ']' };
  }

  #takeObject(text: string): void {
    if (this.#queries++ >= mostQueries) return;
    // trtexec writes inf and nan as they are, which no JSON reader takes.
    const query = asFields(readJson(text).value);
    const values = seriesNames.map((name) => query?.[name]);
    if (!values.every(isTimeMs)) {
      this.#unreadable++;
      return;
    }
    for (const [i, name] of seriesNames.entries()) this.#series[name]?.push(values[i] as number);
  }
}

/**
 * Reads the file of `--exportTimes` query by query. Only the differences that trtexec wrote are taken: its points in time have six digits,
 * too coarse to subtract late in a run. Throws DiagnosticError where it cannot be opened, else what the file system throws.
 */
export async function readTimes(path: string): Promise<QueryTimes> {
  const reader = new TimesReader();
  for await (const chunk of streamFile(path, 'times').setEncoding('utf8')) reader.push(chunk);
  return reader.end();
}
