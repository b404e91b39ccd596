import type { Chart } from './charts/chart.ts';
import type { Picker } from './setting.ts';
import type { Table } from './table.ts';

/** Where figures come from: what was run, on what, by whom, when. */
export interface Provenance {
  /** `P…` published, `B…` another baseline, `M…` measured, `C` computed: what figures refer to. */
  readonly id: string;
  readonly title: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly remarks: readonly string[];
}

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly intro: readonly string[];
  /** What keeps a reader from taking the section for something else. */
  readonly warning?: string;
  readonly charts: readonly Chart[];
  readonly tables: readonly Table[];
  /** Whether the tables stand before the charts. */
  readonly tablesFirst?: boolean;
  /** Charts, tables, rows or columns are of different settings: with a script the page lets the reader pick one. */
  readonly picker?: Picker;
}

/** The section that tells what to take. */
export const answerId = 'answer';

/** All that a report shows, as data; the page, the chart files and the tables are written from it. */
export interface Report {
  readonly title: string;
  /** What the reader looks at: published figures, measurements of which machines. */
  readonly lede: readonly string[];
  /** What nobody may overlook: a banner above all figures. */
  readonly warning?: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly rcc: string;
  readonly sections: readonly Section[];
  readonly provenance: readonly Provenance[];
}

/** A part of a file name or an id: `Tesla T4` → `tesla-t4`. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
