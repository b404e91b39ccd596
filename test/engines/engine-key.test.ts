import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keyDigest } from '../../engines/engine-key.ts';

const word = fc.string({ minLength: 1, maxLength: 8 }).filter((text) => text !== '__proto__');
const parts = fc.dictionary(word, fc.string(), { minKeys: 1, maxKeys: 6, noNullPrototype: true });

it('a key is another as soon as any part is, however the parts stand', () => {
  fc.assert(
    fc.property(parts, fc.nat(), fc.string(), (key, at, text) => {
      const entries = Object.entries(key);
      const digest = keyDigest(key);
      expect(keyDigest(Object.fromEntries(entries.toReversed()))).toBe(digest);
      const [name = '', value] = entries[at % entries.length] ?? [];
      if (text !== value) expect(keyDigest({ ...key, [name]: text })).not.toBe(digest);
      const without = Object.fromEntries(entries.filter(([other]) => other !== name));
      expect(keyDigest(without)).not.toBe(digest);
    }),
  );
});

it('what one part ends with is not what the next begins with', () => {
  expect(keyDigest({ a: 'x', b: 'yz' })).not.toBe(keyDigest({ a: 'xy', b: 'z' }));
  expect(keyDigest({ a: 'x","b","y' })).not.toBe(keyDigest({ a: 'x', b: 'y' }));
});
