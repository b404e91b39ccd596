import type { NamedBench } from '../bench-file.ts';
import type { Provenance, Section } from '../report.ts';
import { type Table, textCell } from '../table.ts';
import { deviceTables } from './devices.ts';
import { auditSection } from './layers.ts';
import { collectMeasured } from './measured.ts';
import { planTables } from './plan.ts';

/** A table of its own name whose every row says what it is: it stays true when it is cut out of the page. */
function markTable({ id, title, columns, rows, notes }: Table): Table {
  const [heading, ...rest] = columns;
  const mark = textCell('stand-in', { tone: 'bad' });
  return {
    id: `stand-in-${id}`,
    title: `Stand-in, not measured: ${title}`,
    columns: [
      ...(heading ? [heading] : []),
      { id: 'origin', label: 'Origin', align: 'left' },
      ...rest,
    ],
    rows: rows.map(({ cells: [first, ...others], ...row }) => ({
      ...row,
      cells: [...(first ? [first] : []), mark, ...others],
    })),
    notes: ["A stand-in's figures: nothing was measured.", ...notes],
  };
}

export interface StandInPart {
  readonly sections: readonly Section[];
  readonly provenance: readonly Provenance[];
}

/** The banner of a page that holds a stand-in's figures; undefined where it holds none. */
export function standInWarning(benches: readonly NamedBench[]): string | undefined {
  if (benches.length === 0) return undefined;
  const count = benches.reduce((sum, { bench }) => sum + bench.rows.length, 0);
  const figures = count === 1 ? '1 figure is' : `${count || 'Some'} figures are`;
  return `${figures} a stand-in's (${benches.map(({ path }) => path).join(', ')}): nothing was measured for them, and they may not be published as measurements. They stand in a section of their own, in no chart and beside no published figure.`;
}

/** What a stand-in gave, apart from everything else: tables only. */
export function standInPart(benches: readonly NamedBench[]): StandInPart {
  const warning = standInWarning(benches);
  if (warning === undefined) return { sections: [], provenance: [] };
  const { all, provenance } = collectMeasured(benches, {
    letter: 'S',
    verb: 'Not measured: stand-in',
  });
  const hasLayers = benches.some(({ bench }) => bench.profiles.length > 0);
  const audits = auditSection(benches.flatMap(({ bench }) => bench.audits));
  const tables = [...benches.flatMap(planTables), ...deviceTables(all), ...(audits?.tables ?? [])];
  const section: Section = {
    id: 'stand-in',
    title: "A stand-in's figures",
    warning: 'Nothing was measured: a program that plays trtexec, or a GPU, gave what stands here.',
    intro: [
      'They show that plan, jobs and results meet; they say nothing about any GPU.',
      ...(hasLayers ? ['Its times of layers are left out.'] : []),
    ],
    charts: [],
    tables: tables.map(markTable),
    picker: {},
  };
  return { sections: [section], provenance };
}
