import { describe, expect, it } from 'vitest';
import { describeDiagnosis } from '../../../src/accuracy/diagnose/describe.ts';
import type { Diagnosis, Finding } from '../../../src/accuracy/diagnose/diagnose.ts';

const right: Finding = {
  ids: [],
  mistakes: [],
  cures: [],
  class: 1,
  probability: 0.1,
  explains: false,
};
const swapped: Finding = {
  ids: ['red-blue-swapped', 'raw-bytes'],
  mistakes: ['red and blue were exchanged (BGR for RGB)', 'the values were 0 to 255'],
  cures: ['Convert to RGB.', 'Divide by 255.'],
  class: 2,
  probability: 0.9,
  explains: true,
};
const diagnosis = (changes: Partial<Diagnosis>): Diagnosis => ({
  file: 'a.jpg',
  gotClass: 2,
  evidence: 'class',
  verdict: 'explained',
  right,
  findings: [swapped],
  tried: 30,
  explaining: 1,
  ...changes,
});

describe('describeDiagnosis', () => {
  it('says what was done and what to do instead', () => {
    expect(describeDiagnosis(diagnosis({}), ['tench', 'goldfish', 'shark'])).toEqual({
      verdict:
        'Red and blue were exchanged (BGR for RGB), and the values were 0 to 255. Done as the spec says, the answer is class 1 (goldfish).',
      cures: ['Convert to RGB.', 'Divide by 255.'],
      evidence: 'A class alone was compared; whole logits (--got FILE.npy) are proof.',
    });
  });
  it.each([
    ['right', 'gives the same answer, class 2: nothing is wrong', 0],
    ['labels', 'gives class 1, the neighbour of class 2', 0],
    ['near', 'nearest comes: red and blue were exchanged', 2],
    ['unexplained', 'None of 30 ways', 0],
  ] as const)('%s', (verdict, part, cures) => {
    const text = describeDiagnosis(diagnosis({ verdict }));
    expect(text.verdict).toContain(part);
    expect(text.cures).toHaveLength(cures);
  });
  it('says how much it is worth', () => {
    const weak = describeDiagnosis(diagnosis({ explaining: 7 }));
    expect(weak.evidence).toContain('7 of 30 ways lead to it');
    const strong = describeDiagnosis(diagnosis({ evidence: 'logits' }));
    expect(strong.evidence).toContain('what fits them is what happened');
  });
});
