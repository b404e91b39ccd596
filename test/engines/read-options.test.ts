import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { OptionRow, OptionTexts } from '../../engines/option-row.ts';
import { readOptions } from '../../engines/read-options.ts';
import { type Diagnostic, DiagnosticError } from '../../src/diagnostics/diagnostic.ts';

const rows: readonly OptionRow[] = [
  { key: 'count', flags: '--count <N>', default: '1', doc: 'How many.', read: Number },
  { key: 'mode', flags: '--mode <fast|slow>', default: 'fast', doc: 'How.' },
  {
    key: 'range',
    flags: '--range <A:B>',
    default: 'none',
    doc: 'From where to where.',
    read: (text) => {
      const [from, to] = text.split(':').map(Number);
      return { from, to };
    },
  },
  { key: 'more', flags: '--more <X>', default: 'none', doc: 'More.', repeatable: true },
  { key: 'copies', flags: '--no-copies', default: 'on', doc: 'None.', read: Number },
];

const schema = z.strictObject({
  count: z.int().min(1).max(9).default(1),
  mode: z.enum(['fast', 'slow']).default('fast'),
  range: z.strictObject({ from: z.number(), to: z.number() }).optional(),
  more: z.array(z.string()).default([]),
  copies: z.boolean().default(true),
});

const read = (texts: OptionTexts) => readOptions(schema, rows, texts);

function thrownBy(work: () => unknown): readonly Diagnostic[] {
  try {
    work();
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const mistakesOf = (texts: OptionTexts) => thrownBy(() => read(texts));

/** Each mistake as far as `: `, behind which stands zod's reason. */
const told = (texts: OptionTexts) =>
  mistakesOf(texts).map(({ message }) => message.slice(0, message.indexOf(': ')));

test('texts become values by their rows; flags and lists are taken as they are', () => {
  const texts = { count: '3', mode: 'slow', range: '2:5', more: ['x', '1'], copies: false };
  expect(read(texts)).toEqual({
    count: 3,
    mode: 'slow',
    range: { from: 2, to: 5 },
    more: ['x', '1'],
    copies: false,
  });
});

test('what is absent or undefined is its default', () => {
  const defaults = { count: 1, mode: 'fast', more: [], copies: true };
  expect(read({})).toEqual(defaults);
  const undefinedTexts = { count: undefined, mode: undefined } as unknown as OptionTexts;
  expect(read(undefinedTexts)).toEqual(defaults);
});

describe('mistakes', () => {
  test('are all told at once, each with its flag, its text and why', () => {
    const mistakes = mistakesOf({ count: '10', mode: 'middling', more: ['x'], range: '1' });
    expect(mistakes.map(({ code, severity }) => `${severity} ${code}`)).toEqual(
      Array(3).fill('error option-value'),
    );
    expect(mistakes.map(({ message }) => message)).toEqual([
      "--count cannot be '10': Too big: expected number to be <=9.",
      '--mode cannot be \'middling\': Invalid option: expected one of "fast"|"slow".',
      "--range cannot be '1': Invalid input: expected number, received undefined.",
    ]);
  });

  test('name what was given where it is no number, or no text at all', () => {
    expect(told({ count: 'much', mode: true })).toEqual([
      "--count cannot be 'much'",
      "--mode cannot be 'true'",
    ]);
    expect(told({ count: '' })).toEqual(["--count cannot be ''"]);
    expect(told({ more: 'x' })).toEqual(["--more cannot be 'x'"]);
  });

  test('beside values that can be', () => {
    expect(told({ count: '2', mode: 'x', range: '1:2' })).toEqual(["--mode cannot be 'x'"]);
  });

  test('each key that is none is told by its name, those that every object has too', () => {
    const inherited = JSON.parse('{"constructor": "a", "__proto__": "b", "toString": "c"}');
    expect([...told(inherited), ...told({ cuont: '2' })].sort()).toEqual([
      "--__proto__ cannot be 'b'",
      "--constructor cannot be 'a'",
      "--cuont cannot be '2'",
      "--toString cannot be 'c'",
    ]);
    expect(told({ ...inherited, count: '0' })).toContain("--count cannot be '0'");
  });

  test('show nothing of what every object has', () => {
    const needed = z.strictObject({ valueOf: z.string() });
    const [mistake] = thrownBy(() => readOptions(needed, [], {}));
    expect(mistake?.message).toMatch(/^--valueOf cannot be '': /);
  });

  test('any texts are read or told, and nothing else is thrown', () => {
    const word = fc.oneof(
      fc.constantFrom('1', 'fast', '1:2', 'NaN', '__proto__', 'constructor'),
      fc.string({ maxLength: 6 }),
    );
    const text = fc.oneof(word, fc.boolean(), fc.array(word, { maxLength: 3 }));
    const key = fc.constantFrom(...rows.map((row) => row.key));
    fc.assert(
      fc.property(fc.dictionary(key, text), (texts) => {
        try {
          const values = read(texts);
          expect(schema.parse(values)).toEqual(values);
        } catch (error) {
          if (!(error instanceof DiagnosticError)) throw error;
          const flags = error.diagnostics.map(({ message }) => message.split(' ', 1)[0]);
          const given = rows.filter((row) => Object.hasOwn(texts, row.key));
          const known = given.map(({ flags: written }) => written.split(' ')[0]);
          expect(flags.filter((flag) => !known.includes(flag))).toEqual([]);
        }
      }),
    );
  });
});
