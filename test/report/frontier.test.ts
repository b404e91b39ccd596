import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { balanceOf, frontierOf, type Weighed } from '../../src/report/frontier.ts';

const item = fc.record({
  cost: fc.integer({ min: 1, max: 12 }),
  gain: fc.integer({ min: 0, max: 12 }),
});
const itself = (each: Weighed): Weighed => each;

/** The definition, pair by pair. */
const beats = (a: Weighed, b: Weighed): boolean =>
  a.cost <= b.cost && a.gain >= b.gain && !(a.cost === b.cost && a.gain === b.gain);

describe('frontierOf', () => {
  it('keeps none that is dominated, and dominates every other one', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 30 }), (items) => {
        const frontier = frontierOf(items, itself);
        for (const each of items) {
          const isBeaten = items.some((other) => beats(other, each));
          expect(frontier.includes(each)).toBe(!isBeaten);
          if (isBeaten) expect(frontier.some((other) => beats(other, each))).toBe(true);
        }
      }),
    );
  });

  it('is sorted by cost, and by gain with it', () => {
    fc.assert(
      fc.property(fc.array(item), (items) => {
        const frontier = frontierOf(items, itself);
        for (const [i, each] of frontier.entries()) {
          const before = frontier[i - 1];
          if (before) expect(before.cost <= each.cost && before.gain <= each.gain).toBe(true);
        }
      }),
    );
  });

  it('does not depend on the order of what it is given', () => {
    fc.assert(
      fc.property(fc.uniqueArray(item, { selector: JSON.stringify }), (items) => {
        expect(frontierOf(items.toReversed(), itself)).toEqual(frontierOf(items, itself));
      }),
    );
  });
});

describe('balanceOf', () => {
  it.each<[string, readonly Weighed[], Weighed | undefined]>([
    ['nothing of nothing', [], undefined],
    ['the only one', [{ cost: 3, gain: 1 }], { cost: 3, gain: 1 }],
    [
      'of two the one with more gain',
      [
        { cost: 1, gain: 1 },
        { cost: 2, gain: 5 },
      ],
      { cost: 2, gain: 5 },
    ],
    [
      'the knee',
      [
        { cost: 1, gain: 71 },
        { cost: 2, gain: 79 },
        { cost: 4, gain: 80 },
      ],
      { cost: 2, gain: 79 },
    ],
    [
      'the one with most gain where the middle lies below the line',
      [
        { cost: 1, gain: 71 },
        { cost: 3, gain: 72 },
        { cost: 4, gain: 80 },
      ],
      { cost: 4, gain: 80 },
    ],
  ])('is %s', (_, frontier, expected) => {
    expect(balanceOf(frontier, itself)).toEqual(expected);
  });

  it('is one of the frontier', () => {
    fc.assert(
      fc.property(fc.array(item, { minLength: 1 }), (items) => {
        const frontier = frontierOf(items, itself);
        expect(frontier).toContain(balanceOf(frontier, itself));
      }),
    );
  });
});
