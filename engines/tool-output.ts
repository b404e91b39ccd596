import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { LineSplitter } from './line-splitter.ts';

export type OutputStream = 'stdout' | 'stderr';

export interface LineKeeping {
  readonly logPath?: string;
  readonly tailLines?: number;
  onLine?(line: string, stream: OutputStream): void;
}

/** Keeps the tail, calls the listener and writes the log, which a full disk may stop without stopping the program. */
export class LineKeeper {
  readonly tail: string[] = [];
  logError: string | undefined;
  readonly #request: LineKeeping;
  readonly #log: WriteStream | undefined;

  constructor(request: LineKeeping) {
    this.#request = request;
    this.#log = request.logPath ? createWriteStream(request.logPath) : undefined;
    this.#log?.on('error', (error) => {
      this.logError ??= error.message;
    });
  }

  async take(lines: readonly string[], stream: OutputStream): Promise<void> {
    if (lines.length === 0) return;
    const kept = this.#request.tailLines ?? 20;
    for (const line of lines) {
      this.#request.onLine?.(line, stream);
      this.tail.push(line);
    }
    if (this.tail.length > kept) this.tail.splice(0, this.tail.length - kept);
    if (!this.#log?.writable) return;
    if (!this.#log.write(`${lines.join('\n')}\n`)) await this.#drained(this.#log);
  }

  async end(): Promise<void> {
    const log = this.#log;
    if (!log || log.closed) return;
    const closed = once(log, 'close');
    log.end();
    await closed;
  }

  async #drained(log: WriteStream): Promise<void> {
    // 'close' comes in place of 'drain' when the write fails.
    const waiting = new AbortController();
    const options = { signal: waiting.signal };
    await Promise.race([once(log, 'drain', options), once(log, 'close', options)]).catch(() => {});
    waiting.abort();
  }
}

/** Reads a stream to its end, line by line, no faster than the keeper takes them. */
export async function readLines(
  input: Readable,
  stream: OutputStream,
  keeper: LineKeeper,
): Promise<void> {
  const splitter = new LineSplitter();
  try {
    for await (const bytes of input) await keeper.take(splitter.push(bytes as Uint8Array), stream);
  } finally {
    await keeper.take(splitter.end(), stream);
  }
}
