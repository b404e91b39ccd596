import { type Attributes, type Child, element, type Markup } from '../markup.ts';
import type { Setting } from '../setting.ts';
import { type Cell, type Column, columnName, noFigure, type Table } from '../table.ts';

/** What a picker shows an element by. */
export function settingAttributes({ device, model, precision, batch }: Setting): Attributes {
  return {
    'data-device': device,
    'data-model': model,
    'data-precision': precision,
    'data-batch': batch,
  };
}

/** Links to the provenance entries a figure or a column comes from. */
function references(refs: readonly string[] = []): readonly Markup[] {
  return refs.map((ref) =>
    element('a', { class: 'ref', href: `#source-${ref}`, 'aria-label': `source ${ref}` }, [ref]),
  );
}

function startsGroup(columns: readonly Column[], index: number): boolean {
  const group = columns[index]?.group;
  return index > 0 && group !== columns[index - 1]?.group;
}

function headerCell(columns: readonly Column[], index: number, rowspan?: number): Markup {
  const column = columns[index];
  if (!column) throw new RangeError(`no column ${index}`);
  const classes = [
    column.align === 'right' && 'right',
    startsGroup(columns, index) && 'first',
    column.label.includes(' ') && 'spaced',
    column.tellsRow && 'folds',
  ];
  return element(
    'th',
    {
      scope: 'col',
      rowspan,
      class: classes.filter(Boolean).join(' ') || undefined,
      'data-column': index,
      'data-name': columnName(column),
      'data-id': column.id,
      ...settingAttributes(column),
    },
    [element('span', { class: 'label' }, [column.label]), ...references(column.refs)],
  );
}

interface Run {
  readonly group: string | undefined;
  readonly start: number;
  readonly length: number;
}

function runsOf(columns: readonly Column[]): readonly Run[] {
  const starts = columns.flatMap(({ group }, i) =>
    group === undefined || group !== columns[i - 1]?.group ? i : [],
  );
  return starts.map((start, i) => ({
    group: columns[start]?.group,
    start,
    length: (starts[i + 1] ?? columns.length) - start,
  }));
}

/** One row of headings, or two where columns have groups. */
function headerRows(columns: readonly Column[]): readonly Markup[] {
  if (columns.every(({ group }) => group === undefined)) {
    return [
      element(
        'tr',
        {},
        columns.map((_, i) => headerCell(columns, i)),
      ),
    ];
  }
  const upper = runsOf(columns).map(({ group, start, length }) =>
    group === undefined
      ? headerCell(columns, start, 2)
      : element(
          'th',
          {
            class: 'group',
            scope: 'colgroup',
            colspan: length,
            'data-start': start,
            'data-length': length,
          },
          [group],
        ),
  );
  const lower = columns.flatMap(({ group }, i) =>
    group === undefined ? [] : headerCell(columns, i),
  );
  return [element('tr', {}, upper), element('tr', {}, lower)];
}

/** Longer texts may wrap; those that are much longer get more room. */
const wrapFrom = 28;
const longFrom = 80;

/** What else tells the row, below its heading: shown where the screen is too narrow for columns of it. */
function foldedCells(cells: readonly Cell[], columns: readonly Column[]): Markup | false {
  const parts = columns.flatMap(({ tellsRow, align, label }, i) => {
    const text = cells[i]?.text;
    if (!tellsRow || text === undefined) return [];
    const told = align === 'right' ? `${label.toLowerCase()} ${text}` : text;
    return element('span', { 'data-of': i }, [told]);
  });
  return parts.length > 0 && element('span', { class: 'note folded' }, parts);
}

function bodyCell(cells: readonly Cell[], columns: readonly Column[], index: number): Markup {
  const cell = cells[index] ?? noFigure;
  const { value, text, refs, tone, note } = cell;
  const length = Math.max(text.length, note?.length ?? 0);
  const classes = [
    columns[index]?.align === 'right' && 'right',
    startsGroup(columns, index) && 'first',
    tone === 'quiet' ? 'none' : tone,
    columns[index]?.tellsRow && 'folds',
    length > wrapFrom && 'text',
    length > longFrom && 'long',
  ];
  const children: readonly Child[] = [
    ...(index === 0 ? wrappable(text) : [text]),
    index === 0 && foldedCells(cells, columns),
    ...references(refs),
    note !== undefined && element('span', { class: 'note' }, [note]),
  ];
  const attributes = {
    class: classes.filter(Boolean).join(' ') || undefined,
    'data-value': value === null ? undefined : String(value),
  };
  return index === 0
    ? element('th', { scope: 'row', ...attributes }, children)
    : element('td', attributes, children);
}

/** Sentences below a table, or below all tables of a section. */
export function notesToHtml(notes: readonly string[]): Markup | false {
  return (
    notes.length > 0 &&
    element(
      'ul',
      { class: 'notes' },
      notes.map((note) => element('li', {}, [note])),
    )
  );
}

/** A name may wrap behind each of its parts. */
function wrappable(text: string): readonly Child[] {
  return text
    .split(/(?<=[_/])(?=.)/)
    .flatMap((part, i) => (i === 0 ? [part] : [element('wbr', {}), part]));
}

/** So many rows stay on one page of paper with their heading. */
const shortTable = 24;

/** A table in a frame that scrolls sideways by itself where the screen is narrow. */
export function tableToHtml(table: Table): Markup {
  const { id, title, columns, rows, notes } = table;
  const heading = `table-${id}-title`;
  const short = rows.length <= shortTable && 'short';
  const frame = ['scroll', short].filter(Boolean).join(' ');
  return element('div', { class: 'block', id: `table-${id}`, ...settingAttributes(table) }, [
    element('h3', { id: heading }, [title]),
    element('p', { class: 'cue', 'aria-hidden': 'true' }, ['scroll sideways for more \u2192']),
    element('div', { class: frame, role: 'region', 'aria-labelledby': heading, tabindex: 0 }, [
      element('table', { 'aria-labelledby': heading, style: `--columns:${columns.length}` }, [
        element('thead', {}, headerRows(columns)),
        element(
          'tbody',
          {},
          rows.map((row) =>
            element(
              'tr',
              settingAttributes(row),
              row.cells.map((_, i) => bodyCell(row.cells, columns, i)),
            ),
          ),
        ),
      ]),
    ]),
    notesToHtml(notes),
  ]);
}
