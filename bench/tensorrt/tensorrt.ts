/* What rcc itself costs around TensorRT: planning, reading logs, starting trtexec and taking its result. TensorRT has no part in any figure. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PrintedTable } from '../markdown-table.ts';
import { medianOf, runProcess } from '../whole-process.ts';
import { writeLog } from './logs.ts';
import { measureOverhead } from './overhead.ts';
import type { PlannedMatrix } from './plan-matrix.ts';

export interface TensorrtRow {
  readonly what: string;
  readonly ms: number;
  readonly targetMs?: number;
  readonly peakBytes?: number;
}

type Log = (line: string) => void;

const megabyte = 1_000_000;
const logs = [
  { name: 'log of 1 MB', bytes: megabyte },
  { name: 'log of 100 MB', bytes: 100 * megabyte },
  { name: 'log of 100 MB in one line', bytes: 100 * megabyte, inOneLine: true },
] as const;

/** Runs a script of this folder as a process of its own, once more than counts, and gives what it printed with its peak memory. */
function repeat<Printed>(runs: number, script: string, ...parameters: readonly string[]) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const once = () => {
    const run = runProcess(process.execPath, ['--import', 'tsx', path, ...parameters]);
    return { printed: JSON.parse(run.stdout) as Printed, peakBytes: run.peakBytes ?? Number.NaN };
  };
  const counted = Array.from({ length: runs + 1 }, once).slice(1);
  return {
    median: (figure: (printed: Printed) => number) =>
      medianOf(counted.map(({ printed }) => figure(printed))),
    printed: counted[0]?.printed,
    peakBytes: medianOf(counted.map(({ peakBytes }) => peakBytes)),
  };
}

function planRows(runs: number): readonly TensorrtRow[] {
  const { median, printed, peakBytes } = repeat<PlannedMatrix>(runs, './plan-matrix.ts');
  if (!printed) throw new Error('there is nothing to take a median of');
  const { specs, releases, plans } = printed;
  return [
    {
      what: `planning ${specs} specs × 3 precisions × 3 batches × ${releases} releases (${plans} plans)`,
      ms: median(({ planMs }) => planMs),
      targetMs: 1000,
      peakBytes,
    },
    {
      what: `the same with reading and lowering the ${specs} specs`,
      ms: median(({ planMs, readMs }) => planMs + readMs),
      peakBytes,
    },
  ];
}

function logRows(runs: number, folder: string): readonly TensorrtRow[] {
  return logs.map(({ name, bytes, ...form }) => {
    const path = join(folder, 'trtexec-output');
    writeLog(path, bytes, form);
    const { median, peakBytes } = repeat<{ readMs: number }>(runs, './read-log.ts', path);
    return { what: `reading a ${name}`, ms: median(({ readMs }) => readMs), peakBytes };
  });
}

function overheadRows(runs: number, folder: string): readonly TensorrtRow[] {
  const all = Array.from({ length: runs + 1 }, () => measureOverhead(folder)).slice(1);
  const row = (what: string, figure: (run: (typeof all)[number]) => number): TensorrtRow => ({
    what,
    ms: medianOf(all.map(figure)),
    targetMs: 300,
  });
  return [
    row('rcc bench: its start to that of the first trtexec', ({ startMs }) => startMs),
    row('end of the build to start of the timing', ({ betweenMs }) => betweenMs),
    row('end of the last trtexec to that of rcc', ({ endMs }) => endMs),
    row('first and last together', ({ startMs, endMs }) => startMs + endMs),
  ];
}

export function benchTensorrt(runs: number, log: Log): readonly TensorrtRow[] {
  const folder = mkdtempSync(join(tmpdir(), 'rcc-bench-tensorrt-'));
  const told = (rows: readonly TensorrtRow[]): readonly TensorrtRow[] => {
    for (const { what, ms } of rows) log(`${what}: ${ms.toFixed(0)} ms`);
    return rows;
  };
  try {
    return [
      ...told(planRows(runs)),
      ...told(logRows(runs, folder)),
      ...told(overheadRows(runs, folder)),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function tensorrtTable(rows: readonly TensorrtRow[]): PrintedTable {
  return {
    head: ['what', 'ms', 'target ms', 'peak MB'],
    cells: rows.map(({ what, ms, targetMs, peakBytes }) => [
      what,
      ms.toFixed(0),
      targetMs === undefined ? '' : `< ${targetMs}`,
      peakBytes === undefined ? '' : (peakBytes / megabyte).toFixed(0),
    ]),
  };
}
