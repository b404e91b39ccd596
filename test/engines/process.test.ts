import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { LineSplitter } from '../../engines/line-splitter.ts';
import { endingText, runTool, type ToolRequest, type ToolResult } from '../../engines/process.ts';
import { bundleScript } from '../helpers/bundle-script.ts';
import { liveBytes } from '../helpers/live-memory.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-process-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fixture = (name: string): string =>
  new URL(`../fixtures/processes/${name}`, import.meta.url).pathname;
const node = (name: string, ...parameters: string[]): ToolRequest['command'] => [
  process.execPath,
  fixture(name),
  ...parameters,
];

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A killed process needs a moment until the system has put it away. */
async function expectGone(...pids: readonly number[]): Promise<void> {
  await expect.poll(() => pids.filter(isRunning), { timeout: 3000 }).toEqual([]);
}

describe('runTool', () => {
  it('gives lines, tail, log and exit code', async () => {
    const lines: string[] = [];
    const logPath = join(folder, 'lines.log');
    const result = await runTool({
      command: node('print-lines.mjs', '30', '3'),
      logPath,
      tailLines: 5,
      onLine: (line, stream) => lines.push(`${stream}: ${line}`),
    });
    expect(result).toMatchObject({ exitCode: 3, timedOut: false, cancelled: false });
    expect(result.signal).toBeUndefined();
    expect(result.startError).toBeUndefined();
    expect(result.durationMs).toBeGreaterThan(0);
    expect(result.tail).toHaveLength(5);
    const out = lines.filter((line) => line.startsWith('stdout'));
    expect(out).toEqual([
      ...Array.from({ length: 30 }, (_, i) => `stdout: out ${i}`),
      'stdout: no line end',
    ]);
    expect(lines.filter((line) => line.startsWith('stderr'))).toEqual(
      Array.from({ length: 30 }, (_, i) => `stderr: err ${i}`),
    );
    const logged = readFileSync(logPath, 'utf8').split('\n').slice(0, -1);
    expect(logged).toEqual(lines.map((line) => line.slice('stdout: '.length)));
  });

  it('passes arguments, folder and environment as they are', async () => {
    const parameters = ['a b', '$HOME', '"', '', 'ü', '*'];
    const code =
      'console.log(JSON.stringify([process.argv.slice(1), process.cwd(), process.env.RCC_X]))';
    const result = await runTool({
      command: [process.execPath, '-e', code, ...parameters],
      cwd: folder,
      env: { RCC_X: 'x y' },
    });
    expect(JSON.parse(result.tail[0] as string)).toEqual([parameters, folder, 'x y']);
  });

  it('tells which signal ended it', async () => {
    const code = 'process.kill(process.pid, "SIGSEGV"); setInterval(() => {}, 1000)';
    const result = await runTool({ command: [process.execPath, '-e', code] });
    expect(result).toMatchObject({ signal: 'SIGSEGV', timedOut: false, cancelled: false });
    expect(result.exitCode).toBeUndefined();
  });

  it.each<[string, ToolRequest['command'], string]>([
    ['no such program', ['/no/such/program'], 'ENOENT'],
    ['no program of that name', ['rcc-no-such-program'], 'ENOENT'],
    ['not executable', [fixture('flood.mjs')], 'EACCES'],
  ])('tells why it did not start: %s', async (_, command, code) => {
    const result = await runTool({ command, logPath: join(folder, 'none.log') });
    expect(result.startError?.code).toBe(code);
    expect(result.exitCode).toBeUndefined();
    expect(result.tail).toEqual([]);
  });

  it('tells that its folder is missing', async () => {
    const result = await runTool({ command: [process.execPath, '-e', ''], cwd: '/no/such/folder' });
    expect(result.startError?.message).toContain('cwd');
  });

  it('stops a program and its children when the time is over', async () => {
    const pids: number[] = [];
    const result = await runTool({
      command: node('stubborn.mjs'),
      timeoutMs: 700,
      graceMs: 200,
      onLine: (line) => line.includes('not now') || pids.push(...line.split(' ').map(Number)),
    });
    expect(result).toMatchObject({ timedOut: true, cancelled: false, signal: 'SIGKILL' });
    expect(result.tail.at(-1)).toBe('not now');
    expect(pids).toHaveLength(2);
    await expectGone(...pids);
  });

  it('stops a program and its children when the caller gives up', async () => {
    const controller = new AbortController();
    const pids: number[] = [];
    const result = await runTool({
      command: node('stubborn.mjs'),
      signal: controller.signal,
      graceMs: 100,
      onLine(line) {
        if (pids.length === 0) pids.push(...line.split(' ').map(Number));
        controller.abort();
      },
    });
    expect(result).toMatchObject({ cancelled: true, timedOut: false });
    await expectGone(...pids);
  });

  it('does not start what is cancelled already', async () => {
    const result = await runTool({ command: ['/no/such/program'], signal: AbortSignal.abort() });
    expect(result).toMatchObject({ cancelled: true, durationMs: 0 });
    expect(result.startError).toBeUndefined();
  });

  it.each(['', 'detached'])('does not wait for what a program leaves behind %s', async (way) => {
    // What is left behind runs for ever: whoever waits for it never gets here.
    const result = await runTool({ command: node('leave-behind.mjs', way) });
    expect(result.exitCode).toBe(0);
    const pid = Number(result.tail[0]);
    // What made a session of its own is out of reach; the rest of the group ends.
    if (way === 'detached') process.kill(pid, 'SIGKILL');
    await expectGone(pid);
  });

  it.each(['exit', 'throw'])('ends the program when this process ends by %s', async (way) => {
    const { folder: scripts, path } = await bundleScript('processes/run-tool.mjs');
    const outer = spawn(process.execPath, [path, way, ...node('stubborn.mjs')], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [bytes] = await once(outer.stdout, 'data');
    await once(outer, 'close');
    rmSync(scripts, { recursive: true });
    await expectGone(...String(bytes).trim().split(' ').map(Number));
  });

  it('keeps memory bounded however much is printed', async () => {
    const before = liveBytes();
    let [most, count] = [0, 0];
    const result = await runTool({
      command: node('flood.mjs', '40'),
      onLine() {
        count++;
        if (count % 4096 === 0) most = Math.max(most, liveBytes() - before);
      },
    });
    expect(result.exitCode).toBe(0);
    expect(count).toBe(40 * 1024);
    expect(result.tail).toHaveLength(20);
    expect(most).toBeLessThan(8 * 2 ** 20);
  });

  it('cuts output that has no line ends', async () => {
    let longest = 0;
    const result = await runTool({
      command: node('flood.mjs', '4', 'endless'),
      onLine(line) {
        longest = Math.max(longest, line.length);
      },
    });
    expect(result.exitCode).toBe(0);
    expect(longest).toBe(65536);
  });

  it('goes on when the log cannot be written', async () => {
    const missing = await runTool({
      command: node('print-lines.mjs', '2', '0'),
      logPath: join(folder, 'no/such/folder.log'),
    });
    expect(missing).toMatchObject({ exitCode: 0, logError: expect.stringContaining('ENOENT') });
    expect(missing.tail).toHaveLength(5);
  });

  it.skipIf(process.platform !== 'linux')(
    'goes on when the disk of the log is full (needs /dev/full)',
    async () => {
      const result = await runTool({ command: node('flood.mjs', '2'), logPath: '/dev/full' });
      expect(result).toMatchObject({ exitCode: 0, logError: expect.stringContaining('ENOSPC') });
    },
  );

  it('replaces the log of an earlier run', async () => {
    const logPath = join(folder, 'again.log');
    writeFileSync(logPath, 'old\n'.repeat(1000));
    await runTool({ command: [process.execPath, '-e', 'console.log("new")'], logPath });
    expect(readFileSync(logPath, 'utf8')).toBe('new\n');
  });
});

describe('endingText', () => {
  const ended = (how: Partial<ToolResult>) =>
    endingText({
      command: ['x'],
      timedOut: false,
      cancelled: false,
      durationMs: 1,
      tail: [],
      ...how,
    });

  it.each<[string, Partial<ToolResult>]>([
    ['no such program', { startError: { code: 'ENOENT', message: 'no such program' } }],
    ['its time was over', { timedOut: true, signal: 'SIGTERM' }],
    ['signal SIGSEGV', { signal: 'SIGSEGV' }],
    ['exit status 3', { exitCode: 3 }],
    ['it was stopped', { cancelled: true }],
    ['no exit status', {}],
  ])('says %s', (words, how) => {
    expect(ended(how)).toBe(words);
  });
});

describe('LineSplitter', () => {
  const split = (chunks: readonly Uint8Array[]): string[] => {
    const splitter = new LineSplitter();
    return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
  };

  it.each<[string, string[]]>([
    ['a\nb\n', ['a', 'b']],
    ['a\r\nb', ['a', 'b']],
    ['10 %\r20 %\rdone\n', ['10 %', '20 %', 'done']],
    ['\n\n', ['', '']],
    ['a\r', ['a']],
    ['', []],
  ])('cuts %j', (text, lines) => {
    expect(split([Buffer.from(text)])).toEqual(lines);
  });

  it('gives the same lines wherever the chunks end', () => {
    const piece = fc.constantFrom('a', 'ü', '😀', '\n', '\r', '\r\n', ' ');
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }),
        fc.array(fc.nat(120), { maxLength: 8 }),
        (pieces, cuts) => {
          const bytes = Buffer.from(pieces.join(''));
          const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].sort(
            (a, b) => a - b,
          );
          const chunks = places.slice(1).map((end, i) => bytes.subarray(places[i], end));
          expect(split(chunks)).toEqual(split([bytes]));
        },
      ),
    );
  });

  it('shows bytes that are not UTF-8', () => {
    expect(split([Uint8Array.of(0x61, 0xff, 0x0a)])).toEqual(['a\ufffd']);
  });
});
