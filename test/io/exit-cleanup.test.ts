import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { abortOnSignals, onExit } from '../../src/io/exit-cleanup.ts';
import { watchExit } from '../helpers/watch-exit.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

describe('onExit', () => {
  it('listens only while something is registered', () => {
    const before = process.listenerCount('exit');
    const [first, second] = [onExit(() => {}), onExit(() => {})];
    expect(process.listenerCount('exit')).toBe(before + 1);
    first();
    expect(process.listenerCount('exit')).toBe(before + 1);
    second();
    expect(process.listenerCount('exit')).toBe(before);
  });

  it('runs what is registered, the last first, and all of it', () => {
    const exit = watchExit();
    const ran: string[] = [];
    const forget = ['a', 'taken back', 'b'].map((name) => onExit(() => ran.push(name)));
    forget[1]?.();
    const forgetBroken = onExit(() => {
      throw new Error('on purpose');
    });
    exit();
    expect(ran).toEqual(['b', 'a']);
    for (const one of [...forget, forgetBroken]) one();
  });
});

describe('abortOnSignals', () => {
  let folder = '';
  let descriptor = 0;
  const told = () => readFileSync(join(folder, 'stderr'), 'utf8');
  /** Signals by which the process would have ended, and who listened to any then. */
  const died: [signal: unknown, listeners: number][] = [];
  const listeners = () => signals.reduce((sum, signal) => sum + process.listenerCount(signal), 0);
  const others = signals.map((signal) => [signal, process.listeners(signal)] as const);
  const stderr = Object.getOwnPropertyDescriptor(process.stderr, 'fd');
  const ownExits = new Set(process.listeners('exit'));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcc-exit-'));
    descriptor = openSync(join(folder, 'stderr'), 'w');
    Object.defineProperty(process.stderr, 'fd', { value: descriptor, configurable: true });
    for (const signal of signals) process.removeAllListeners(signal);
    vi.useFakeTimers();
    died.length = 0;
    vi.spyOn(process, 'kill').mockImplementation((pid, signal) => {
      expect(pid).toBe(process.pid);
      died.push([signal, listeners()]);
      return true;
    });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
    for (const [signal, own] of others) {
      process.removeAllListeners(signal);
      for (const listener of own) process.on(signal, listener);
    }
    for (const listener of process.listeners('exit'))
      if (!ownExits.has(listener)) process.off('exit', listener);
    Object.defineProperty(process.stderr, 'fd', stderr ?? { value: undefined, configurable: true });
    closeSync(descriptor);
    rmSync(folder, { recursive: true });
  });

  const send = (signal: NodeJS.Signals) => process.emit(signal, signal);

  it.each(signals)('%s aborts, and ends nothing yet', (signal) => {
    const cleanUp = vi.fn();
    const forget = onExit(cleanUp);
    const aborted = abortOnSignals();
    expect(aborted.aborted).toBe(false);
    send(signal);
    expect(aborted.reason).toBeInstanceOf(DiagnosticError);
    const { diagnostics } = aborted.reason as DiagnosticError;
    expect(diagnostics.map(({ code }) => code)).toEqual(['interrupted']);
    expect(diagnostics[0]?.message).toContain(`(${signal})`);
    expect([cleanUp.mock.calls, died, told()]).toEqual([[], [], '']);
    forget();
  });

  it('a second one ends the process, cleaned up and with a word', () => {
    const cleanUp = vi.fn();
    onExit(cleanUp);
    const aborted = abortOnSignals(60_000);
    send('SIGINT');
    send('SIGTERM');
    expect(cleanUp).toHaveBeenCalledOnce();
    // Nobody listens any more: the signal does what it does to any program.
    expect(died).toEqual([['SIGTERM', 0]]);
    expect(told()).toMatch(/^error: Interrupted \(SIGTERM\).*\[interrupted\]\n$/);
    expect(String(aborted.reason)).toContain('SIGINT');
  });

  it.each([
    ['700 ms', 700, undefined],
    ['the time that it is given', 250, 250],
  ])('a run that does not end by itself has %s', (_, ms, given) => {
    const cleanUp = vi.fn();
    onExit(cleanUp);
    abortOnSignals(given);
    send('SIGHUP');
    vi.advanceTimersByTime(ms - 1);
    expect(died).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(cleanUp).toHaveBeenCalledOnce();
    expect(died).toEqual([['SIGHUP', 0]]);
  });

  it('ends where nobody reads what is told', () => {
    Object.defineProperty(process.stderr, 'fd', { value: 2 ** 30, configurable: true });
    abortOnSignals();
    send('SIGINT');
    send('SIGINT');
    expect(died).toEqual([['SIGINT', 0]]);
  });

  it('hears nothing any more while an exit waits', () => {
    const exit = watchExit();
    abortOnSignals();
    expect(listeners()).toBe(signals.length);
    exit();
    expect(listeners()).toBe(0);
  });
});
