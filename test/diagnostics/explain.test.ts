import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { explainCode } from '../../src/diagnostics/explain.ts';
import { languageMessages } from '../../src/diagnostics/messages/language.ts';
import { type DiagnosticCode, isDiagnosticCode, messages } from '../../src/diagnostics/messages.ts';
import { codesOf, load } from '../helpers/language.ts';

const codes = Object.keys(messages).filter(isDiagnosticCode);

/** Mistakes that one text cannot make. */
const withoutExample: readonly DiagnosticCode[] = [
  'not-text',
  'spec-too-large',
  'too-many-mistakes',
  'use-cycle',
  'duplicate-use',
];

const rooms = new URL('../../src/diagnostics/messages/', import.meta.url);

describe('the message table', () => {
  it('has each code in one room only', () => {
    const texts = readdirSync(rooms).map((file) => readFileSync(new URL(file, rooms), 'utf8'));
    const rows = texts.flatMap((text) => [
      ...text.matchAll(/^ {2}'?([\w-]+)'?: (?:row|missingRow|setupFailedRow)\b/gm),
    ]);
    expect(rows.map(([, code]) => code).sort()).toEqual(codes.toSorted());
  });

  it.each(codes)('%s is a stable kebab-case code with cause and cure', (code) => {
    expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(messages[code].cause).toMatch(/\.$/);
    expect(messages[code].cure).toMatch(/[.)]$/);
  });

  it('names specs in its examples that are there', () => {
    const rows: readonly { readonly example?: string }[] = Object.values(messages);
    const named = rows.flatMap(({ example }) => example?.match(/\bspecs\/\S+\.rn\b/g) ?? []);
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((path) => !existsSync(path))).toEqual([]);
  });

  it.each(
    Object.entries(languageMessages),
  )('the example of %s makes that mistake and no other', async (code, row) => {
    const { example }: { readonly example?: string } = row;
    if (example === undefined) {
      expect(withoutExample).toContain(code);
      return;
    }
    expect(new Set(codesOf(await load(example)))).toEqual(new Set([code]));
  });
});

describe('explainCode', () => {
  it.each(codes)('%s is explained', (code) => {
    const text = explainCode(code);
    expect(text.split('\n')[0]).toBe(`${code} (${messages[code].severity})`);
    expect(text).toContain(messages[code].cause);
    expect(text).toContain(messages[code].cure);
  });

  it('reads as a short page', () => {
    expect(explainCode('unknown-depth')).toMatchInlineSnapshot(`
      "unknown-depth (error)

      A depth stands for a known list of stages and a block; other numbers stand for nothing.

      For example:

          model a {
            depth 51
          }

      Choose one of the depths, or describe the network: \`block basic  stages [3, 3, 3]  widths [16, 32, 64]\`.

      rcc then ends with exit code 2: wrong use or wrong input."
    `);
  });
});
