/* How fast the command line answers, as a whole process, against an empty Node. */
import { medianOf, timeProcess } from './whole-process.ts';

export interface StartupRow {
  readonly command: string;
  readonly wallMs: number;
  /** Median over an empty Node process, pair by pair. */
  readonly ratio: number;
}

export function benchStartup(runs: number): readonly StartupRow[] {
  const commands = [['--version'], ['--help'], ['check', 'specs/resnet50_vd.rn']];
  return commands.map((parameters) => {
    const pairs = Array.from({ length: runs + 1 }, () => ({
      empty: timeProcess(process.execPath, ['-e', '0']),
      rcc: timeProcess(process.execPath, ['dist/rcc.js', ...parameters]),
    })).slice(1);
    return {
      command: `rcc ${parameters.join(' ')}`,
      wallMs: medianOf(pairs.map(({ rcc }) => rcc)),
      ratio: medianOf(pairs.map(({ rcc, empty }) => rcc / empty)),
    };
  });
}

export function startupTable(rows: readonly StartupRow[]) {
  return {
    head: ['command', 'ms', '× empty node'],
    cells: rows.map(({ command, wallMs, ratio }) => [command, wallMs.toFixed(0), ratio.toFixed(2)]),
  };
}
