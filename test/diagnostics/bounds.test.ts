import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listText } from '../../src/diagnostics/bounds.ts';
import { createDiagnostic, DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { renderDiagnostics } from '../../src/diagnostics/render.ts';

const long = 'x'.repeat(169_000);
const plain = { color: false };

describe('a diagnostic', () => {
  it('has a message and a hint of at most 500 characters, whatever it is given', () => {
    const { message, hint = '' } = createDiagnostic(
      'trtexec-not-startable',
      { command: long, reason: long },
      { hint: long },
    );
    expect([message.length, hint.length].every((length) => length <= 500)).toBe(true);
  });

  it('keeps its own words around what is too long, and the end of that', () => {
    const path = `/start/${long}/bench.json`;
    const { message } = createDiagnostic('file-not-found', { path, what: 'bench file' });
    expect(message).toMatch(/^There is no bench file at '\/start\/x+…x+\/bench\.json'\.$/);
  });

  it('leaves what is of usual length as it is', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~]{0,400}$/), (path) => {
        const { message } = createDiagnostic('file-not-found', { path, what: 'picture' });
        expect(message).toBe(`There is no picture at '${path}'.`);
      }),
    );
  });

  it('shows control characters and signs of direction, as data too', () => {
    const path = 'a\u202Etxt.rn\u001B[2J\nb';
    const { message } = createDiagnostic('file-not-found', { path, what: 'spec' });
    expect(message).toBe("There is no spec at 'a\\u{202e}txt.rn\\u{1b}[2J b'.");
  });

  it('has at most 40 details, the last of which says how many are left out', () => {
    const details = Array.from({ length: 1000 }, (_, i) => `${i} ${long}`);
    const found = createDiagnostic('no-model', { path: 'a.rn' }, { details }).details ?? [];
    expect(found.length).toBe(40);
    expect(found.every((line) => line.length <= 500)).toBe(true);
    expect(found.at(-1)).toBe('… and 961 more');
  });
});

describe('many diagnostics', () => {
  const many = (path: string, count: number) =>
    Array.from({ length: count }, (_, i) => createDiagnostic('no-model', { path: `${path}${i}` }));

  it('make an error with a message of bounded length', () => {
    const error = new DiagnosticError(many('a', 130_000));
    expect(error.diagnostics.length).toBe(130_000);
    expect(error.message.split('\n').length).toBe(40);
  });

  it('are told one by one up to 20 of a code; the others are counted', () => {
    const other = createDiagnostic('file-not-found', { path: 'b', what: 'spec' });
    const lines = [...renderDiagnostics([...many('a', 130_000), other], plain)];
    expect(lines.length).toBe(22);
    expect(lines.at(-2)).toBe("error: There is no spec at 'b'. [file-not-found]");
    expect(lines.at(-1)).toBe('… and 129980 more [no-model]');
  });

  it('are all told where there are few', () => {
    expect([...renderDiagnostics(many('a', 20), plain)].length).toBe(20);
  });
});

describe('listText', () => {
  it('tells all of a short list and the number of what a long one leaves out', () => {
    expect(listText([1, 2, 3])).toBe('1, 2, 3');
    const long = listText(Array.from({ length: 100_000 }, (_, i) => i));
    expect(long).toMatch(/^0, 1, .*, 23 and 99976 more$/);
  });

  it('is the only way in which a message tells a list', () => {
    const folder = 'src/diagnostics/messages';
    const joins = readdirSync(folder).flatMap((name) =>
      readFileSync(`${folder}/${name}`, 'utf8')
        .split('\n')
        .flatMap((line) => (line.includes('.join(') ? [name] : [])),
    );
    // Patterns of --keep-fp32, which judgeRanges bounds, as they have to be whole; the first bytes of a file, as numbers and as text.
    expect(joins).toEqual(['precision.ts', 'weights-formats.ts', 'weights-formats.ts']);
  });
});
