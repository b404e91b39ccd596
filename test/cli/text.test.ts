import { describe, expect, it } from 'vitest';
import { formatTable } from '../../src/cli/table.ts';
import { paragraphs, renderText, type Text, verbatim } from '../../src/cli/text.ts';

describe('a text on a terminal', () => {
  it('goes on where a paragraph begins, and further in where a line of a list does', () => {
    const text: Text = paragraphs([
      'a line of several words',
      ['one of a list', 'two of the list'],
    ]);
    expect(renderText(text, 12)).toBe(
      ['a line of', 'several', 'words', '', 'one of a', '  list', 'two of the', '  list'].join(
        '\n',
      ),
    );
    expect(renderText('first of two\n\n  second of two', 10)).toBe(
      'first of\ntwo\n\n  second\n  of two',
    );
  });

  it('keeps a title above its table apart from a paragraph', () => {
    const table = formatTable(['a'], [['1']], ['left']);
    expect(renderText(['a long title', table], 8)).toBe('a long\n  title\na\n1');
  });

  it('is as it is written elsewhere', () => {
    const text: Text = ['several words', verbatim('# a comment'), ''];
    expect(renderText(text)).toBe('several words\n# a comment\n');
  });
});
