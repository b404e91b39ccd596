import { describe, expect, it } from 'vitest';
import { ratioText, speedPhrase, speedWords } from '../../../src/report/verdict/speed-words.ts';

describe('a speed-up in words', () => {
  it.each([
    [{ ratio: 1.8, spread: 0.05 }, '1.80 ± 0.05 ×'],
    [{ ratio: 1.8, spread: 0.0001 }, '1.80 ± 0.01 ×'],
    [{ ratio: 4.84, spread: 0.31 }, '4.8 ± 0.3 ×'],
    [{ ratio: 1.8, spread: 0.098 }, '1.8 ± 0.1 ×'],
    [{ ratio: 2.456 }, '2.46 ×'],
    [{ ratio: 341.2, spread: 12 }, '341 ± 12 ×'],
  ])('%o is %s', (speed, text) => {
    expect(ratioText(speed)).toBe(text);
  });

  it.each([
    [{ ratio: 1.8, spread: 0.05 }, '1.80 ± 0.05 × faster'],
    [{ ratio: 0.5, spread: 0.01 }, '2.00 ± 0.04 × slower'],
    [{ ratio: 1.01, spread: 0.03 }, 'as fast (1.01 ± 0.03 ×)'],
    [{ ratio: 1 }, 'as fast (1.00 ×)'],
  ])('%o is %s', (speed, text) => {
    expect(speedWords(speed)).toBe(text);
  });

  it('names the other', () => {
    expect(speedPhrase({ ratio: 3, spread: 0.2 }, 'in FP32')).toBe(
      '3.0 ± 0.2 × faster than in FP32',
    );
    expect(speedPhrase({ ratio: 1, spread: 0.2 }, 'in FP32')).toBe(
      'as fast as in FP32 (1.0 ± 0.2 ×)',
    );
  });
});
