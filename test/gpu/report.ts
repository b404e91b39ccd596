import type { MachineFacts } from './machine-facts.ts';

export interface JudgedExpectation {
  readonly expected: string;
  /** Absent where it agrees. */
  readonly found?: string;
}

/** What became of a row. */
export interface RowReport {
  readonly name: string;
  readonly group: string;
  readonly what: string;
  readonly command: string;
  /** Where the stand-in rests on the same belief. */
  readonly standIn: string;
  readonly state: 'agrees' | 'differs' | 'not run';
  /** Why it was not run. */
  readonly reason?: string;
  readonly seconds?: number;
  readonly expectations: readonly JudgedExpectation[];
  /** Last lines of a run that differs. */
  readonly tail?: readonly string[];
}

export interface Timing {
  readonly model: string;
  readonly precision: string;
  readonly batch: number;
  readonly latencyMs: number;
  readonly gpuComputeMs: number | undefined;
  readonly stable: boolean;
}

export interface SheetReport {
  readonly rcc: string;
  readonly machine: MachineFacts;
  /** trtexec was the stand-in of rcc's tests: nothing of this is of a GPU. */
  readonly isStandIn: boolean;
  /** How it ended: `complete`, `interrupted`, `the time was over`, or `running` where nothing could be written any more. */
  readonly ended: string;
  readonly rows: readonly RowReport[];
  readonly timings: readonly Timing[];
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
}

function countText(rows: readonly RowReport[]): string {
  const count = (state: RowReport['state']) => rows.filter((row) => row.state === state).length;
  return `${count('agrees')} agree, ${count('differs')} differ, ${count('not run')} not run.`;
}

function machineText({ tensorrt, gpu, computeCapability, driver, cuda, os, node }: MachineFacts) {
  const known = [
    `TensorRT ${tensorrt}`,
    `${gpu} (compute capability ${computeCapability})`,
    driver ? `driver ${driver}` : 'driver not known',
    cuda ? `CUDA up to ${cuda}` : '',
    os,
    `Node ${node}`,
  ];
  return known.filter(Boolean).join(', ');
}

function differenceText(row: RowReport): string {
  const points = row.expectations.map(({ expected, found }) =>
    found === undefined
      ? `- as expected: ${expected}`
      : `- expected: ${expected}\n  found: ${found}`,
  );
  const tail = row.tail ? ['', '```', ...row.tail, '```'] : [];
  const head = [
    `### ${row.name}`,
    '',
    `${row.what}: \`${row.command}\`. Believed in ${row.standIn}.`,
  ];
  return [...head, '', ...points, ...tail].join('\n');
}

function timingText({ timings, isStandIn }: SheetReport): string[] {
  if (timings.length === 0) return [];
  const body = timings.map(({ model, precision, batch, latencyMs, gpuComputeMs, stable }) => [
    model,
    precision,
    String(batch),
    latencyMs.toFixed(3),
    gpuComputeMs?.toFixed(3) ?? '',
    stable ? 'yes' : 'no',
  ]);
  const head = ['model', 'precision', 'batch', 'host latency, ms', 'GPU compute, ms', 'stable'];
  const invented = 'These times are invented by the stand-in: they are no measurements.';
  return ['## Times', ...(isStandIn ? [invented] : []), table(head, body)];
}

/** The report for people. */
export function reportMarkdown(report: SheetReport): string {
  const { rcc, machine, isStandIn, ended, rows } = report;
  const differing = rows.filter(({ state }) => state === 'differs');
  const standIn =
    'trtexec was the stand-in of rcc’s tests: this says nothing of any GPU, and its times are no measurements.';
  const list = rows.map(({ name, group, what, state, reason, seconds }) => [
    group,
    name,
    what,
    reason === undefined ? state : `${state}: ${reason}`,
    seconds === undefined ? '' : seconds.toFixed(0),
  ]);
  const parts = [
    '# Run sheet of rcc',
    ...(isStandIn ? [`**${standIn}**`] : []),
    `rcc ${rcc}. ${machineText(machine)}.`,
    `${ended === 'complete' ? 'Complete' : `Not complete (${ended})`}: ${countText(rows)}`,
    '## What differs',
    ...(differing.length > 0 ? differing.map(differenceText) : ['Nothing.']),
    '## All rows',
    table(['group', 'row', 'what', 'outcome', 's'], list),
    ...timingText(report),
  ];
  return `${parts.join('\n\n')}\n`;
}
