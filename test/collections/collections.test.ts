import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { append } from '../../src/collections/append.ts';
import { greatest, least } from '../../src/collections/extremes.ts';
import { ownValue } from '../../src/collections/own-value.ts';

const many = Array.from({ length: 1_000_000 }, (_, i) => i % 1000);

describe('greatest and least', () => {
  it('are Math.max and Math.min of any short list', () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { maxLength: 20 }), (numbers) => {
        expect(greatest(numbers)).toBe(Math.max(...numbers));
        expect(least(numbers)).toBe(Math.min(...numbers));
      }),
    );
  });

  it('go through a list that no stack holds', () => {
    expect([greatest(many), least(many)]).toEqual([999, 0]);
  });
});

describe('append', () => {
  it('puts a list that no stack holds behind another', () => {
    const list = [-1];
    append(list, many);
    expect(list.length).toBe(many.length + 1);
    expect([list[0], list[1], list.at(-1)]).toEqual([-1, 0, 999]);
  });
});

describe('ownValue', () => {
  it('gives what the record holds, and nothing that it inherits', () => {
    const record = JSON.parse('{"a": 1, "constructor": 2, "__proto__": 3}') as Record<
      string,
      number
    >;
    expect(['a', 'constructor', '__proto__'].map((key) => ownValue(record, key))).toEqual([
      1, 2, 3,
    ]);
    const inherited = ['constructor', 'valueOf', '__proto__', 'toString', 'b'];
    expect(inherited.map((key) => ownValue({}, key))).toEqual(inherited.map(() => undefined));
  });
});
