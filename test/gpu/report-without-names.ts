import type { RowReport, SheetReport } from './report.ts';
import { type Names, withoutNames } from './without-names.ts';

function rowWithoutNames(row: RowReport, names: Names): RowReport {
  const masked = (text: string) => withoutNames(text, names);
  const { command, expectations, tail } = row;
  return {
    ...row,
    command: masked(command),
    expectations: expectations.map(({ found, ...rest }) =>
      found === undefined ? rest : { ...rest, found: masked(found) },
    ),
    ...(tail && { tail: tail.map(masked) }),
  };
}

/** A report whose texts from outside name nobody; states, names of rows and all else are its own words and stay. */
export function reportWithoutNames(report: SheetReport, names: Names): SheetReport {
  return { ...report, rows: report.rows.map((row) => rowWithoutNames(row, names)) };
}
