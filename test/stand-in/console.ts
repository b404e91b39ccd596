import { writeSync } from 'node:fs';
import { orderOf, type Release } from './release.ts';

type Severity = 'F' | 'E' | 'W' | 'I' | 'V';

/** Ends the stand-in with an exit status, after its last words. */
export class Exit extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`exit ${status}`);
    this.status = status;
  }
}

function write(stream: 1 | 2, text: string): void {
  const bytes = Buffer.from(`${text}\n`);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(stream, bytes, at);
    } catch (error) {
      // A pipe that is full says so; the reader is behind.
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

function stamp(): string {
  const now = new Date();
  const two = (n: number) => String(n).padStart(2, '0');
  const day = `${two(now.getMonth() + 1)}/${two(now.getDate())}/${now.getFullYear()}`;
  return `[${day}-${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}]`;
}

/** A line as trtexec logs it: info and verbose to stdout, the rest to stderr. */
export function log(severity: Severity, text: string): void {
  write(severity === 'I' || severity === 'V' ? 1 : 2, `${stamp()} [${severity}] ${text}`);
}

/** A line without a mark. */
export function plain(text: string, stream: 1 | 2 = 1): void {
  write(stream, text);
}

/** `&&&& STATE TensorRT.trtexec [TensorRT v…] # …` in the release's own encoding. */
export function banner(state: string, release: Release, argv: readonly string[]): void {
  const order = orderOf(release.version);
  const old = order < 100_000;
  const number = old ? Math.floor(order / 10_000) * 1000 + (order % 10_000) : order;
  const build = order >= 100_400 ? ' [b26]' : '';
  write(1, `&&&& ${state} TensorRT.trtexec [TensorRT v${number}]${build} # ${argv.join(' ')}`);
}
