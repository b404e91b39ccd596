import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatFigures, formatTable, layTable } from '../../src/cli/table.ts';
import { renderText } from '../../src/cli/text.ts';
import { displayWidth } from '../../src/diagnostics/wrap.ts';

const widest = (text: string): number => Math.max(...text.split('\n').map(displayWidth));

const bench = formatTable(
  ['model', 'device', 'batch', 'median ms', 'images/s'],
  [
    ['resnet18', 'Tesla T4', '1', '1.36', '735.3'],
    ['resnet50_vd', 'Tesla T4', '1', '2.65', '377.4'],
  ],
  ['left', 'left', 'right', 'right', 'right'],
);

describe('a table', () => {
  it('is one line a row where no width is known, and where it fits', () => {
    expect(layTable(bench)).toBe(
      [
        'model        device    batch  median ms  images/s',
        'resnet18     Tesla T4      1       1.36     735.3',
        'resnet50_vd  Tesla T4      1       2.65     377.4',
      ].join('\n'),
    );
    expect(layTable(bench, 49)).toBe(layTable(bench));
  });

  it('wraps headings first, and figures never', () => {
    expect(layTable(bench, 46)).toBe(
      [
        '                              median',
        'model        device    batch      ms  images/s',
        'resnet18     Tesla T4      1    1.36     735.3',
        'resnet50_vd  Tesla T4      1    2.65     377.4',
      ].join('\n'),
    );
  });

  it('tells settings that are always the same above, and measurements never', () => {
    expect(layTable(bench, 32)).toBe(
      [
        'device: Tesla T4, batch: 1',
        '',
        'model        median ms  images/s',
        'resnet18          1.36     735.3',
        'resnet50_vd       2.65     377.4',
      ].join('\n'),
    );
    const same = formatTable(
      ['model', 'top-1'],
      [
        ['a', '99.7 %'],
        ['b', '99.7 %'],
      ],
      ['left', 'right'],
    );
    expect(layTable(same, 8)).not.toContain('top-1: 99.7 %,');
  });

  it('tells the settings of a single row above it, where they are known as such', () => {
    const table = formatTable(
      ['model', 'device', 'batch', 'median ms', 'images/s'],
      [['resnet18', 'Tesla T4', '1', '1.36', '735']],
      ['left', 'left', 'right', 'right', 'right'],
    );
    expect(layTable({ ...table, settings: ['device', 'batch'] }, 32)).toBe(
      [
        'device: Tesla T4, batch: 1',
        '',
        'model     median ms  images/s',
        'resnet18       1.36       735',
      ].join('\n'),
    );
  });

  it('writes a remark the same with and without another beside it', () => {
    const of = (...notes: string[]) =>
      formatFigures({ id: 'x', title: '', columns: [], rows: [], notes });
    const long = 'several words of one remark';
    expect(renderText(of(long), 12)).toContain('several\nwords of one\nremark');
    expect(renderText(of(long, 'other'), 12)).toContain('several\nwords of one\nremark\n\nother');
    expect(renderText(of(long, 'other'))).toContain(`${long}\nother`);
  });

  it('makes a block of each row where nothing else fits', () => {
    expect(layTable(bench, 24)).toBe(
      [
        'device: Tesla T4, batch:',
        '  1',
        '',
        'resnet18',
        '  median ms: 1.36',
        '  images/s: 735.3',
        'resnet50_vd',
        '  median ms: 2.65',
        '  images/s: 377.4',
      ].join('\n'),
    );
  });

  const layers = formatTable(
    ['layer', 'op', 'output', 'MACs'],
    [
      ['stage1/block0/conv1', 'Conv', 'N×64×56×56', '115.61M'],
      ['stage1/block0/conv1/relu', 'Relu', 'N×64×56×56', ''],
    ],
    ['left', 'left', 'left', 'right'],
    ['op', 'MACs'],
  );

  it('leaves out columns that can be spared, as few as it must, and names them', () => {
    expect(layTable(layers, 47)).toBe(
      [
        'output: N×64×56×56',
        '',
        'layer                     op       MACs',
        'stage1/block0/conv1       Conv  115.61M',
        'stage1/block0/conv1/relu  Relu',
      ].join('\n'),
    );
    expect(layTable(layers, 38)).toBe(
      [
        'output: N×64×56×56',
        '',
        'layer                        MACs',
        'stage1/block0/conv1       115.61M',
        'stage1/block0/conv1/relu',
        '',
        'Not shown in 38 columns: op. --json',
        'has all.',
      ].join('\n'),
    );
  });

  it('breaks a heading at every word, and a figure from its unit nowhere', () => {
    const table = formatTable(['p90 ms', 'size'], [['1.36', '0.4 MiB']], ['right', 'right']);
    expect(layTable(table, 13)).toBe(' p90\n  ms     size\n1.36  0.4 MiB');
  });

  it('wraps headings before the texts below others', () => {
    const table = formatTable(
      ['model', 'before, ms', 'verdict'],
      [
        ['resnet18', '1.36', 'same (unstable before and after)'],
        ['resnet34', '2.65', 'slower'],
      ],
      ['left', 'right', 'left'],
    );
    expect(layTable(table, 40)).toBe(
      [
        '          before,',
        'model          ms  verdict',
        'resnet18     1.36  same (unstable before',
        '                   and after)',
        'resnet34     2.65  slower',
      ].join('\n'),
    );
  });

  it('tells above which columns have no figure at all', () => {
    const table = formatTable(
      ['batch', 'p50 ms', 'queue ms'],
      [
        ['1', '1.81', '–'],
        ['4', '0.894', '–'],
      ],
      ['right', 'right', 'right'],
    );
    expect(layTable(table, 16)).toBe(
      'no figures:\n  queue ms\n\nbatch  p50 ms\n    1    1.81\n    4   0.894',
    );
  });

  it('says of a row that a number names what number that is', () => {
    const cells = ['1', 'a very long word: incomprehensibilities'];
    const table = formatTable(['batch', 'note'], [cells], ['right', 'left']);
    expect(layTable(table, 22)).toMatch(/^batch 1\n/);
  });

  it('cuts no word and leaves none out, at any width', () => {
    const word = fc.stringMatching(/^[a-z]{1,9}$/);
    const cell = fc.array(word, { maxLength: 5 }).map((words) => words.join(' '));
    const rows = fc.array(fc.tuple(word, cell, cell, word), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(rows, fc.integer({ min: 40, max: 100 }), (cells, columns) => {
        const table = formatTable(['name', 'one', 'two', 'three'], cells, [
          'left',
          'left',
          'right',
          'right',
        ]);
        const text = layTable(table, columns);
        expect(widest(text)).toBeLessThanOrEqual(columns);
        const shown = new Set(text.split(/[^a-z]+/));
        for (const each of cells.flat().flatMap((one) => one.split(' '))) {
          expect([...shown, '']).toContain(each);
        }
      }),
    );
  });
});
