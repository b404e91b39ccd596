import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { element, escapeText } from '../../src/report/markup.ts';
import {
  noFigure,
  numberCell,
  type Table,
  tableToCsv,
  tableToMarkdown,
  textCell,
} from '../../src/report/table.ts';

const table: Table = {
  id: 't',
  title: 'A table',
  columns: [
    { id: 'model', label: 'Model', align: 'left' },
    { id: 'ms', label: 'median', group: 'Latency, ms', align: 'right', refs: ['M1'] },
  ],
  rows: [
    { cells: [textCell('a|b'), numberCell(1.23456, (ms) => ms.toFixed(2), { refs: ['M2'] })] },
    { cells: [textCell('=SUM(A1)'), noFigure] },
    {
      cells: [textCell('with "quotes", and a comma'), numberCell(2, String, { note: 'unstable' })],
    },
  ],
  notes: ['One note.'],
};

describe('tables', () => {
  it('are Markdown with every pipe escaped', () => {
    expect(tableToMarkdown(table)).toBe(`### A table

| Model | Latency, ms median |
| --- | ---: |
| a\\|b | 1.23 [M2] |
| =SUM(A1) | – |
| with "quotes", and a comma | 2 (unstable) |

- One note.
`);
  });

  it('are CSV with exact figures, quotes doubled and no formulas', () => {
    expect(tableToCsv(table)).toBe(
      'Model,"Latency, ms median"\r\na|b,1.23456\r\n\'=SUM(A1),\r\n"with ""quotes"", and a comma",2\r\n',
    );
  });
});

describe('markup', () => {
  it('never lets a text become a tag or an attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { markup } = element('b', { title: text }, [text]);
        expect(markup.match(/[<>]/g)).toHaveLength(4);
        expect(markup.match(/"/g)).toHaveLength(2);
      }),
    );
  });

  it('shows control characters and signs of direction, and leaves out what else XML forbids', () => {
    expect(escapeText('a\u0000b\u0007c\u202Ed\uFFFEe')).toBe('a\\u{0}b\\u{7}c\\u{202e}de');
  });
});
