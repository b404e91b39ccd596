import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDiagnostic, type Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import {
  diagnosticToJson,
  renderDiagnostic,
  renderDiagnostics,
} from '../../src/diagnostics/render.ts';
import type { Span } from '../../src/diagnostics/source.ts';

function spanIn(text: string, marked: string, path = 'specs/a.rn'): Span {
  const start = text.indexOf(marked);
  return { file: { path, text }, start, end: start + marked.length };
}

function diagnosticAt(span: Span, more: Partial<Diagnostic> = {}): Diagnostic {
  return { ...createDiagnostic('unknown-depth', { depth: '51', depths: [50] }, { span }), ...more };
}

const plain = { color: false };

describe('renderDiagnostic', () => {
  const text = 'model a {\r\n  depth 51\r\n}\r\n';

  it('shows place, message, code, line, caret span, hint and details', () => {
    const diagnostic = diagnosticAt(spanIn(text, '51'), { details: ['first', 'second'] });
    expect(renderDiagnostic(diagnostic, plain)).toBe(
      [
        'specs/a.rn:2:9: error: There is no ResNet of depth 51. [unknown-depth]',
        '  1 | model a {',
        '> 2 |   depth 51',
        '    |         ^^',
        '  hint: The depths are 50; any other network gives `block` and `stages` instead.',
        '  first',
        '  second',
      ].join('\n'),
    );
  });

  it.each([
    40, 60, 80,
  ])('cuts lines of source to a terminal of %i columns, the span in them', (columns) => {
    const words = (count: number): string => 'words '.repeat(count);
    for (const before of [0, 3, 30]) {
      const long = `model a { # ${words(30)}\n${words(before)}THIS ${words(30)}\n}`;
      const shown = renderDiagnostic(diagnosticAt(spanIn(long, 'THIS')), { ...plain, columns });
      const lines = shown.split('\n');
      expect(lines.filter((line) => line.length > columns)).toEqual([]);
      const source = lines.find((line) => line.startsWith('> 2 |')) ?? '';
      const carets = lines.find((line) => /^ +\| +\^+$/.test(line)) ?? '';
      expect(source.slice(carets.indexOf('^'), carets.length)).toBe('THIS');
    }
  });

  it('shows a diagnostic without a place', () => {
    const diagnostic = createDiagnostic('no-model', { path: 'x.rn' }, { hint: 'Write one.' });
    expect(renderDiagnostic(diagnostic, plain)).toBe(
      "error: 'x.rn' holds no model. [no-model]\n  hint: Write one.",
    );
  });

  it('colours the same text, and only when asked to', () => {
    const diagnostic = diagnosticAt(spanIn(text, '51'));
    const coloured = renderDiagnostic(diagnostic, { color: true });
    expect(coloured).toContain('\u001B[');
    expect(stripVTControlCharacters(coloured)).toBe(renderDiagnostic(diagnostic, plain));
  });

  it('makes control characters and direction signs visible', () => {
    const evil = 'model a { depth \u001B[2J\u202E51 }';
    const diagnostic = diagnosticAt(spanIn(evil, '51', 'a\u0007.rn'), {
      message: 'found \u001B]0;title\u0007',
      hint: 'a\nb',
      details: ['\u009B1m'],
    });
    const lines = renderDiagnostic(diagnostic, plain).split('\n');
    expect(lines).toEqual([
      'a\\u{7}.rn:1:22: error: found \\u{1b}]0;title\\u{7} [unknown-depth]',
      '> 1 | model a { depth \\u{1b}[2J\\u{202e}51 }',
      '    |                                  ^^',
      '  hint: a b',
      '  \\u{9b}1m',
    ]);
  });

  it('keeps the caret under its place in tabs and in a very long line', () => {
    const tabs = '\tdepth\t51';
    expect(
      renderDiagnostic(diagnosticAt(spanIn(tabs, '51')), plain)
        .split('\n')
        .slice(1, 3),
    ).toEqual(['> 1 |   depth  51', '    |          ^^']);
    const long = `${'a '.repeat(5000)}51${' b'.repeat(5000)}`;
    const [, source = '', carets = ''] = renderDiagnostic(
      diagnosticAt(spanIn(long, '51')),
      plain,
    ).split('\n');
    expect(source.length).toBeLessThan(120);
    expect(source.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('51');
  });

  it('marks only the first line of a span that runs over several', () => {
    const span = { ...spanIn(text, '51'), end: text.length };
    expect(renderDiagnostic(diagnosticAt(span), plain).split('\n').slice(2, 4)).toEqual([
      '> 2 |   depth 51',
      '    |         ^^',
    ]);
  });

  it('bounds the output, whatever it is given', () => {
    const diagnostic = diagnosticAt(spanIn(text, '51'), {
      message: 'm'.repeat(100_000),
      details: Array.from({ length: 1000 }, () => 'd'.repeat(10_000)),
    });
    const rendered = renderDiagnostic(diagnostic, plain);
    expect(rendered.split('\n').length).toBeLessThan(60);
    expect(rendered.length).toBeLessThan(30_000);
    expect(rendered).toContain('… and 961 more');
  });

  it('never lets a control character through and never fails', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(40), fc.nat(40), (source, a, b) => {
        const start = Math.min(a, source.length);
        const span = {
          file: { path: source, text: source },
          start,
          end: Math.min(start + b, source.length),
        };
        const rendered = renderDiagnostic(diagnosticAt(span, { message: source }), plain);
        expect(rendered).not.toMatch(/[^\P{Cc}\n]|[\u200E\u200F\u202A-\u202E\u2066-\u2069]/u);
      }),
    );
  });
});

describe('renderDiagnostics', () => {
  it('gives the same advice for the same mistake once', () => {
    const at = (hint: string) => createDiagnostic('no-model', { path: 'x.rn' }, { hint });
    const told = [at('Write one.'), at('Write one.'), at('Write two.')];
    expect([...renderDiagnostics(told, plain)].map((text) => text.split('\n').slice(1))).toEqual([
      ['  hint: Write one.'],
      [],
      ['  hint: Write two.'],
    ]);
  });
});

describe('diagnosticToJson', () => {
  it('has the change that a hint stands for, with its own place', () => {
    const text = 'model a {\n  dept 18\n}\n';
    const span = spanIn(text, 'dept');
    const parameters = { name: 'dept', where: 'A model', nearest: 'depth' };
    const json = diagnosticToJson(createDiagnostic('unknown-property', parameters, { span }));
    expect(json.fix).toEqual({ span: json.span, text: 'depth' });
    expect(json.fix?.span).toMatchObject({ start: 12, end: 16, line: 2, column: 3, endColumn: 7 });
    expect(
      diagnosticToJson(
        createDiagnostic('unknown-property', { ...parameters, nearest: undefined }, { span }),
      ),
    ).not.toHaveProperty('fix');
  });

  it('gives offsets, lines and columns of both ends', () => {
    const text = 'model a {\n  depth 51\n}\n';
    const json = diagnosticToJson(diagnosticAt(spanIn(text, '51\n}')));
    expect(json).toEqual({
      code: 'unknown-depth',
      severity: 'error',
      message: 'There is no ResNet of depth 51.',
      span: {
        path: 'specs/a.rn',
        start: 18,
        end: 22,
        line: 2,
        column: 9,
        endLine: 3,
        endColumn: 2,
      },
      hint: 'The depths are 50; any other network gives `block` and `stages` instead.',
    });
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
  });

  it('leaves out what is not there', () => {
    const json = diagnosticToJson(createDiagnostic('slash-comment', {}, { hint: '' }));
    expect(Object.keys(json)).toEqual(['code', 'severity', 'message']);
  });
});
