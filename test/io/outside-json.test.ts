import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { parseLenientJson, parseRepaired } from '../../src/io/lenient-json.ts';
import {
  asFields,
  asList,
  isFigure,
  isTimeMs,
  numbersField,
  stringField,
} from '../../src/io/outside-fields.ts';
import { problemText, readJson, readJsonAs } from '../../src/io/outside-json.ts';

describe('JSON from outside', () => {
  const form = z.object({ rows: z.array(z.object({ batch: z.number() })) });
  const problemOf = (text: string) => {
    const { problem } = readJsonAs(form, text);
    return problem && problemText(problem);
  };

  it('is a value in the form that is asked for', () => {
    expect(readJsonAs(form, '{"rows": [{"batch": 4}]}')).toEqual({
      value: { rows: [{ batch: 4 }] },
    });
  });

  it('or has a problem with its place, in words', () => {
    expect(problemOf('{"rows": [{"batch": "4"}]}')).toBe(
      'rows.0.batch: expected number, received string',
    );
    expect(problemOf('[]')).toBe('expected object, received array');
    expect(problemOf('nonsense')).toMatch(/^no JSON \(.*[^.]\)$/);
    expect(problemOf('')).toMatch(/^no JSON/);
    expect(problemOf(`${'['.repeat(1e6)}`)).toMatch(/^no JSON/);
    expect(problemOf(`${'['.repeat(1e6)}${']'.repeat(1e6)}`)).toBe(
      'expected object, received array',
    );
    expect(problemOf('x'.repeat(1e6))?.length).toBeLessThan(300);
  });

  it('keeps what a form says of its own', () => {
    const named = z.string().refine(() => false, 'no name. Invalid input: x');
    expect(readJsonAs(named, '"x"').problem).toEqual({
      place: '',
      reason: 'no name. Invalid input: x',
    });
  });

  it('is any value where no form is asked for', () => {
    expect(readJson('{"__proto__": 1}').value).toEqual(JSON.parse('{"__proto__": 1}'));
    expect(readJson('1e999').value).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('fields of other programs', () => {
  const fields = asFields(JSON.parse('{"a": 1, "b": "x", "c": [1, 2], "d": [1, "2"]}')) ?? {};

  it('are taken where they have the form, and left out where not', () => {
    expect([stringField(fields, 'a', 'b'), stringField(fields, 'constructor', 'z')]).toEqual([
      'x',
      undefined,
    ]);
    expect([
      numbersField(fields, 'c'),
      numbersField(fields, 'd'),
      numbersField(fields, 'z'),
    ]).toEqual([[1, 2], undefined, undefined]);
    expect([asFields([]), asFields(null), asFields('x'), asList({}), asList([1])]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      [1],
    ]);
  });

  it('are figures and times where they can be', () => {
    const values = [
      0,
      1,
      1e9,
      1e9 + 1,
      1e15,
      1e16,
      -1,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      '1',
      null,
    ];
    expect(values.filter(isFigure)).toEqual([0, 1, 1e9, 1e9 + 1, 1e15]);
    expect(values.filter(isTimeMs)).toEqual([0, 1, 1e9]);
  });
});

describe('JSON that other programs print', () => {
  it('may hold control characters, inf and nan where they belong, and words like them in strings', () => {
    const text = '[{"a\u0001": [inf, -inf, nan, -nan, 1], "inf": "nan, inf", "x": "\\"inf\\\\"}]';
    expect(parseRepaired(text)).toEqual({
      value: [
        {
          'a\u0001': [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, null, null, 1],
          inf: 'nan, inf',
          x: '"inf\\',
        },
      ],
    });
  });

  it.each(['[info]', '[xinf]', '[nan1]', '["a', '{'])('is none all the same: %s', (text) => {
    expect(parseRepaired(text)).toBeUndefined();
  });

  const layers = /"Layers"\s*:\s*\[/;

  it('is a whole value where it is one, put right or not', () => {
    expect(parseLenientJson('{"Layers": [inf]}', layers)).toEqual({
      value: { Layers: [Number.POSITIVE_INFINITY] },
      complete: true,
    });
  });

  it.each<[string, string, unknown[]]>([
    [
      'names and objects',
      '{"Layers": ["a, b]", {"Name": "c]\\"", "x": [1, {}]}, "cut',
      ['a, b]', { Name: 'c]"', x: [1, {}] }],
    ],
    ['objects alone', '{"Layers": [{"a": 1}, {"b": 2}, {"c"', [{ a: 1 }, { b: 2 }]],
    ['the last one too, where only the end is missing', '{"Layers": ["a", "b"', ['a', 'b']],
    ['none behind the end of the list', '{"Layers": ["a", "b"], "x", "cut', ['a', 'b']],
    ['no lists and no numbers', '{"Layers": ["a", [{"x": 1}], 2, "cut', ['a']],
    ['of the first list where none has the name', 'x [{"a": 1}, "b", "cut', [{ a: 1 }, 'b']],
    ['none without a list', '"a", "b", "cut', []],
  ])('gives the elements that are whole where it is cut off: %s', (_, text, value) => {
    expect(parseLenientJson(text, layers)).toEqual({ value, complete: false });
  });

  it('may hold strings of any length', () => {
    const long = `["${'x'.repeat(3e7)}\u0001${'\\\\n'.repeat(1e6)}", "b`;
    expect(parseLenientJson(long, /\[/).value).toHaveLength(1);
  });
});
