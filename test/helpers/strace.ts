import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** What a traced process did that others can see. */
export interface Deeds {
  /** The calls that open or connect a socket. */
  readonly sockets: readonly string[];
  /** Every path that a call named, as absolute. */
  readonly named: readonly string[];
  /** The paths that a call would make, change or remove; of links and moves both ends. */
  readonly changed: readonly string[];
}

export const canTrace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;

/** The start of a command line that writes what the command and its children do into a file, for `readDeeds`. */
export function traceInto(path: string): readonly [string, ...string[]] {
  const calls = 'trace=%file,fchmod,ftruncate,socket,connect';
  return ['strace', '-f', '-qq', '-y', '-s', '4096', '--seccomp-bpf', '-e', calls, '-o', path];
}

const changing =
  /^(creat|mkdir|mknod|rename|link|symlink|unlink|rmdir|truncate|ftruncate|chmod|fchmod|chown|lchown|fchown|utime|futimesat|setxattr)/;
const opensToWrite = /^open.*\bO_(?:CREAT|WRONLY|RDWR|TRUNC|TMPFILE)\b/;

/** The paths of a call; each is relative to the folder of the descriptor before it, as in `AT_FDCWD</home>, "x"`, or else to `current`. */
function pathsOf(call: string, current: string): readonly string[] {
  const found = call.matchAll(/(?:<([^<>]*)>, )?"((?:[^"\\]|\\.)*)"/g);
  return [...found].map(([, folder = current, path = '']) => resolve(folder, path));
}

/** Reads what `traceInto` wrote of a process that was started in the folder `current`. */
export function readDeeds(path: string, current: string): Deeds {
  const paths = (call: string) => pathsOf(call, current);
  const calls = readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => line.replace(/^\d+ +/, ''));
  return {
    sockets: calls.filter((call) => /^(?:socket|connect)\(/.test(call)),
    named: calls.flatMap(paths),
    changed: calls.filter((call) => changing.test(call) || opensToWrite.test(call)).flatMap(paths),
  };
}
