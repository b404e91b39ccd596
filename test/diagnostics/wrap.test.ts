import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth, wrapComments, wrapLine, wrapText } from '../../src/diagnostics/wrap.ts';

const word = fc.stringMatching(/^[a-z]{1,12}$/);
const line = fc.array(word, { minLength: 1, maxLength: 40 }).map((words) => words.join(' '));

describe('wrapLine', () => {
  it('breaks at spaces alone, into lines that fit', () => {
    fc.assert(
      fc.property(line, fc.integer({ min: 16, max: 60 }), (text, columns) => {
        const lines = wrapLine(text, columns);
        expect(lines.map((one) => one.trim()).join(' ')).toBe(text);
        expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it('uses the line: the first word of the next would not have fitted', () => {
    fc.assert(
      fc.property(line, fc.integer({ min: 16, max: 60 }), (text, columns) => {
        const lines = wrapLine(text, columns);
        for (const [index, next] of lines.slice(1).entries()) {
          const [first = ''] = next.trim().split(' ');
          expect(displayWidth(`${lines[index]} ${first}`)).toBeGreaterThan(columns);
        }
      }),
    );
  });

  it('keeps a line that fits, and a word that does not, as they are', () => {
    expect(wrapLine('  two  words', 12)).toEqual(['  two  words']);
    expect(wrapLine('a /a/path/that/is/longer b', 10, 0)).toEqual([
      'a',
      '/a/path/that/is/longer',
      'b',
    ]);
  });

  it('goes on below what follows the last gap', () => {
    expect(wrapLine('  verify   1.0 s  passed against the reference of the spec', 40)).toEqual([
      '  verify   1.0 s  passed against the',
      '                  reference of the spec',
    ]);
    expect(wrapLine('  plain words that go on', 16)).toEqual(['  plain words', '    that go on']);
  });

  it('goes on further left where a word does not fit below the last gap', () => {
    expect(
      wrapLine('  good    OpenVINO  2026.4.1 in /home/.cache/rcc/bin/python here', 36),
    ).toEqual(['  good    OpenVINO  2026.4.1 in', '    /home/.cache/rcc/bin/python here']);
  });

  it('tears no command in backticks that fits', () => {
    expect(wrapLine('see `rcc check-engine here` now', 24, 0)).toEqual([
      'see',
      '`rcc check-engine here`',
      'now',
    ]);
  });

  it('counts no colours, and two columns for signs of East Asia', () => {
    const red = '\u001b[31mred\u001b[39m';
    expect(displayWidth(red)).toBe(3);
    expect(wrapLine(`${red} ${red}`, 7, 0)).toHaveLength(1);
    expect(displayWidth('猫 e\u0301')).toBe(4);
    expect(stripVTControlCharacters(wrapLine(`${red} ${red}`, 6, 0).join('|'))).toBe('red|red');
  });
});

it('comments go on as comments, and what is copied stays on its line', () => {
  const script =
    '# a note of words\n  #   and of a spec\nrcc compile specs/resnet18.rn\n#!/bin/sh -e -u';
  expect(wrapComments(script, 12)).toBe(
    '# a note of\n# words\n  #   and of\n  #   a spec\nrcc compile specs/resnet18.rn\n#!/bin/sh -e -u',
  );
  expect(wrapComments(script, undefined)).toBe(script);
});

it('a heading of Markdown keeps its one line', () => {
  const headings = '### several words and more\n\n## several words';
  expect(wrapComments(headings, 12)).toBe(headings);
});

it('nothing is wrapped where no width is known', () => {
  const text = 'word '.repeat(100);
  expect(wrapText(text, undefined)).toBe(text);
});
