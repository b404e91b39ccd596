import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { githubFormat } from '../../../src/cli/formats/github.ts';
import { createDiagnostic } from '../../../src/diagnostics/diagnostic.ts';
import { judged, sampleOutcome, synthetic, wrongFlops } from './outcomes.ts';

interface Parsed {
  readonly command: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

/** As the runner reads a line: ActionCommand.TryParseV2 of actions/runner. */
function parse(line: string): Parsed {
  const at = line.indexOf('::', 2);
  const [command = '', rest = ''] = line.slice(2, at).split(/ (.*)/s);
  const decode = (text: string, signs: Readonly<Record<string, string>>): string =>
    text.replaceAll(/%(25|0D|0A|3A|2C)/g, (code) => signs[code] ?? code);
  const data = { '%25': '%', '%0D': '\r', '%0A': '\n' };
  const pairs = rest.split(',').map((pair) => {
    const [key = '', value = ''] = pair.split(/=(.*)/s);
    return [key, decode(value, { ...data, '%3A': ':', '%2C': ',' })] as const;
  });
  return {
    command,
    properties: Object.fromEntries(pairs),
    message: decode(line.slice(at + 2), data),
  };
}

const parsed = (text: string): readonly Parsed[] => text.split('\n').map(parse);

describe('annotations of GitHub Actions', () => {
  it('stand where the mistake is, the worst first, and end with what passed', () => {
    const outcome = sampleOutcome({
      cases: [judged(), judged({ name: 'b', verdict: 'failed' }), judged({ verdict: 'skipped' })],
      diagnostics: [synthetic, wrongFlops],
    });
    expect(parsed(githubFormat.write(outcome))).toMatchObject([
      {
        command: 'error',
        properties: {
          file: 'nets/a.rn',
          line: '3',
          endLine: '3',
          col: '12',
          endColumn: '19',
          title: 'expectation-failed',
        },
      },
      { command: 'notice', properties: { file: 'nets/a.rn', line: '1' } },
      {
        command: 'notice',
        properties: { title: 'rcc check' },
        message: '1 of 3 passed\nnets/a.rn: a',
      },
    ]);
  });

  it('have no columns over several lines', () => {
    const text = 'a\nb\nc';
    const span = { file: { path: 'x.rn', text }, start: 0, end: 3 };
    const [line] = parsed(
      githubFormat.write(sampleOutcome({ diagnostics: [{ ...wrongFlops, span }] })),
    );
    expect(line?.properties).toMatchObject({ line: '1', endLine: '2' });
    expect(line?.properties).not.toHaveProperty('col');
  });

  it('say to the runner what was meant, whatever stands in them', () => {
    void fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (name) => {
        const path = `dir:${name},%0A.rn`;
        const told = createDiagnostic('file-not-found', { path, what: 'spec' });
        const place = { path };
        const outcome = sampleOutcome({ cases: [judged({ diagnostics: [told], place })] });
        const [line] = parsed(githubFormat.write(outcome));
        expect(line?.message).toContain(told.message);
        expect(line?.properties.file).toMatch(/,%0A\.rn$/);
      }),
    );
  });

  it.each([
    '\n::error::x',
    '\r::stop-commands::x',
    '\u001b[31m',
  ])('cannot be made up: %j', (evil) => {
    const outcome = sampleOutcome({
      command: 'compare',
      cases: [judged({ name: evil, group: evil, place: { path: evil }, diagnostics: [synthetic] })],
    });
    const lines = githubFormat.write(outcome).split('\n');
    expect(lines.map((line) => parse(line).command)).toEqual(['notice', 'notice']);
    expect(lines.join()).not.toMatch(/[^\P{Cc}\n]/u);
  });
});

describe('the summary of a job', () => {
  it('is a table of what was judged, whatever names hold', () => {
    const cases = [
      judged({ name: 'a|b\n<b>', reason: 'good' }),
      judged({ name: 'c', verdict: 'failed', diagnostics: [wrongFlops] }),
    ];
    const text = githubFormat.summary?.write(sampleOutcome({ cases })) ?? '';
    expect(text).toBe(
      [
        '### rcc check',
        '',
        '| | | verdict | |',
        '| --- | --- | --- | --- |',
        '| nets/a.rn | a&#124;b &#60;b&#62; | passed | good |',
        `| nets/a.rn | c | **failed** | ${wrongFlops.message} |`,
        '',
        '',
      ].join('\n'),
    );
  });

  it('is bounded', () => {
    const cases = Array.from({ length: 900 }, (_, index) => judged({ name: String(index) }));
    const text = githubFormat.summary?.write(sampleOutcome({ cases })) ?? '';
    expect(text.split('\n').length).toBeLessThan(520);
    expect(text).toContain('… and 400 more.');
  });
});
