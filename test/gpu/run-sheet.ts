import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shellText } from '../../engines/command-text.ts';
import type { TensorrtMachine } from '../../engines/tensorrt/machine/machine.ts';
import { version } from '../../src/version.ts';
import { factsOf, reasonAgainst } from './machine-facts.ts';
import type { RowReport, SheetReport, Timing } from './report.ts';
import type { Outcome, Row } from './row.ts';
import { runRow } from './run-row.ts';

/** A report goes here after each row: what was found survives whatever comes. */
export interface SheetListener {
  onRow(row: RowReport, outcome: Outcome | undefined, report: SheetReport): Promise<void>;
}

export interface SheetRequest {
  readonly rows: readonly Row[];
  readonly machine: TensorrtMachine;
  readonly work: string;
  readonly signal: AbortSignal;
  /** No row begins after so long, and one that runs then is stopped. */
  readonly limitS: number;
  readonly listener: SheetListener;
}

const standInMark = 'stand-in of rcc’s tests';
const tailLines = 30;
/** Timers that are longer fire at once. */
const longestTimerMs = 2 ** 31 - 1;
const standInFolder = new URL('../stand-in/', import.meta.url).pathname;

/** `test/stand-in/run-step.ts:97`. Throws where the words are not there any more: the row has lost what it checks. */
export function placeInStandIn([file, words]: Row['standIn']): string {
  const lines = readFileSync(join(standInFolder, file), 'utf8').split('\n');
  const at = lines.findIndex((line) => line.includes(words));
  if (at < 0) throw new Error(`test/stand-in/${file} does not say '${words}'`);
  return `test/stand-in/${file}:${at + 1}`;
}

function described(row: Row) {
  const { name, group, what, program, args } = row;
  const command = shellText([program, ...args]);
  return { name, group, what, command, standIn: placeInStandIn(row.standIn) };
}

function judge(row: Row, outcome: Outcome, seconds: number): RowReport {
  const expectations = row.expects.map(({ says: expected, judge: ask }) => {
    const found = ask(outcome);
    return found === undefined ? { expected } : { expected, found };
  });
  const differs = expectations.some(({ found }) => found !== undefined);
  const tail = outcome.output.split('\n').slice(-tailLines);
  const state = differs ? 'differs' : 'agrees';
  return { ...described(row), state, seconds, expectations, ...(differs ? { tail } : {}) };
}

/** A row that went wrong in itself is one that differs: the others go on. */
function brokenRow(row: Row, error: unknown, seconds: number): RowReport {
  const found = error instanceof Error ? error.message : String(error);
  return {
    ...described(row),
    state: 'differs',
    seconds,
    expectations: [{ expected: 'a run', found }],
  };
}

interface BenchRow {
  readonly model: string;
  readonly precision: string;
  readonly batch: number;
  readonly latency: { readonly medianMs: number };
  readonly parts?: { readonly gpuCompute?: { readonly medianMs: number } };
  readonly stable: boolean;
}

/** The times that a row left: of a bench, or of a compilation. */
function timingsOf(row: Row, { read }: Outcome): Timing[] {
  const text =
    read(join(row.name, 'timing.json')) ?? read(`${row.name.replace(/-bench$/, '')}.json`);
  if (text === undefined) return [];
  const { rows = [] }: { rows?: readonly BenchRow[] } = JSON.parse(text);
  return rows.map(({ model, precision, batch, latency, parts, stable }) => {
    const gpuComputeMs = parts?.gpuCompute?.medianMs;
    return { model, precision, batch, latencyMs: latency.medianMs, gpuComputeMs, stable };
  });
}

interface Ends {
  /** The user's. */
  readonly signal: AbortSignal;
  /** The sheet's own. */
  readonly deadline: AbortSignal;
}

/** What cuts a row off, or keeps it from beginning. */
function cutBy({ signal, deadline }: Ends): string | undefined {
  if (signal.aborted) return 'interrupted';
  return deadline.aborted ? 'the time was over' : undefined;
}

/** Why a row is not run now; undefined where it is. */
function reasonFor(row: Row, { machine, work }: SheetRequest, ends: Ends): string | undefined {
  const against = reasonAgainst(row, factsOf(machine), machine.release.order) ?? cutBy(ends);
  if (against) return against;
  const isMissing = row.needs !== undefined && !existsSync(join(work, row.needs));
  return isMissing ? `an earlier row did not leave ${row.needs}` : undefined;
}

function endOf(rows: readonly RowReport[], total: number): string {
  const cut = rows.find(({ reason }) => reason === 'interrupted' || reason === 'the time was over');
  return cut?.reason ?? (rows.length === total ? 'complete' : 'running');
}

async function judgedRun(row: Row, request: SheetRequest, ends: Ends) {
  const startedMs = performance.now();
  const seconds = () => (performance.now() - startedMs) / 1000;
  try {
    const signal = AbortSignal.any([ends.signal, ends.deadline]);
    const outcome = await runRow(row, { ...request, signal });
    return { outcome, report: judge(row, outcome, seconds()) };
  } catch (error) {
    return { outcome: undefined, report: brokenRow(row, error, seconds()) };
  }
}

const notRun = (row: Row, reason: string): RowReport => ({
  ...described(row),
  state: 'not run',
  reason,
  expectations: [],
});

/** Runs the rows one after another, each judged for itself. */
export async function runSheet(request: SheetRequest): Promise<SheetReport> {
  const { rows, machine, signal, limitS, listener } = request;
  const ends = { signal, deadline: AbortSignal.timeout(Math.min(limitS * 1000, longestTimerMs)) };
  const done: RowReport[] = [];
  const timings: Timing[] = [];
  let isStandIn = false;
  const soFar = (): SheetReport => {
    const ended = endOf(done, rows.length);
    return { rcc: version, machine: factsOf(machine), isStandIn, ended, rows: done, timings };
  };
  for (const row of rows) {
    const reason = reasonFor(row, request, ends);
    const ran = reason === undefined ? await judgedRun(row, request, ends) : undefined;
    // What was cut off says nothing.
    const cut = reason ?? cutBy(ends);
    const report = ran && cut === undefined ? ran.report : notRun(row, cut ?? 'interrupted');
    done.push(report);
    if (ran?.outcome && cut === undefined) {
      isStandIn ||= ran.outcome.output.includes(standInMark);
      timings.push(...timingsOf(row, ran.outcome));
    }
    await listener.onRow(report, cut === undefined ? ran?.outcome : undefined, soFar());
  }
  return soFar();
}
