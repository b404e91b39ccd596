/*
 * The run sheet for the first person with a GPU: `npm run test:gpu`. Everything that has met the stand-in only meets a real trtexec here;
 * docs/first-run.md is its page.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { inspectMachine, type TensorrtMachine } from '../../engines/tensorrt/machine/machine.ts';
import { exitCodeOf, exitCodes } from '../../src/cli/exit-codes.ts';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { renderDiagnostic } from '../../src/diagnostics/render.ts';
import { abortOnSignals, onExit } from '../../src/io/exit-cleanup.ts';
import type { RowReport } from './report.ts';
import type { Row } from './row.ts';
import { rows as allRows } from './rows.ts';
import { runSheet } from './run-sheet.ts';
import { namesHere } from './without-names.ts';
import { writeLogs, writeReport } from './write-sheet.ts';

const { values: given } = parseArgs({
  options: {
    output: { type: 'string', short: 'o', default: 'build/first-run' },
    only: { type: 'string' },
    minutes: { type: 'string', default: '30' },
  },
});

/** Rows by name or group, and those that leave what they need. */
function chosenRows(only: string | undefined): readonly Row[] {
  if (only === undefined) return allRows;
  const asked = new Set(only.split(','));
  const chosen = allRows.filter(({ name, group }) => asked.has(name) || asked.has(group));
  const needed = new Set(chosen.flatMap(({ needs }) => (needs ? [needs.split('/')[0]] : [])));
  return allRows.filter((row) => chosen.includes(row) || needed.has(row.name));
}

function tell({ state, name, what, reason, seconds, expectations }: RowReport): void {
  const time = seconds === undefined ? '' : ` (${seconds.toFixed(0)} s)`;
  console.log(`${state.padEnd(8)} ${name}: ${reason ?? what}${time}`);
  for (const { expected, found } of expectations)
    if (found !== undefined) console.log(`         expected ${expected}, found ${found}`);
}

async function findMachine(signal: AbortSignal): Promise<TensorrtMachine | undefined> {
  try {
    const onNote = (note: Parameters<typeof renderDiagnostic>[0]) =>
      console.error(renderDiagnostic(note));
    return await inspectMachine({ env: process.env, device: 0, onNote });
  } catch (error) {
    if (!(error instanceof DiagnosticError) || signal.aborted) throw error;
    for (const diagnostic of error.diagnostics) console.error(renderDiagnostic(diagnostic));
    process.exitCode = exitCodeOf(error.diagnostics);
    return undefined;
  }
}

async function runAll(machine: TensorrtMachine, signal: AbortSignal): Promise<void> {
  const folder = resolve(given.output);
  const work = mkdtempSync(join(tmpdir(), 'rcc-first-run-'));
  onExit(() => rmSync(work, { recursive: true, force: true }));
  await mkdir(folder, { recursive: true });
  const places = [
    [work, 'WORK'],
    [folder, 'REPORT'],
    [process.cwd(), 'RCC'],
  ] as const;
  const names = namesHere(places, machine.tool.command, machine.fullVersion);
  const report = await runSheet({
    rows: chosenRows(given.only),
    machine,
    work,
    signal,
    limitS: Number(given.minutes) * 60,
    listener: {
      async onRow(row, outcome, soFar) {
        tell(row);
        if (outcome) await writeLogs(folder, row.name, outcome, { work, names });
        await writeReport(folder, soFar, names);
      },
    },
  });
  console.log(`\n${folder}: report.md, report.json, logs`);
  const differs = report.rows.some(({ state }) => state === 'differs');
  process.exitCode = signal.aborted ? exitCodes.interrupted : differs ? 1 : 0;
}

const signal = abortOnSignals();
const machine = await findMachine(signal);
if (machine) await runAll(machine, signal);
