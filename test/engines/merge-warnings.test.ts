import { expect, it } from 'vitest';
import { mergeWarnings } from '../../engines/merge-warnings.ts';

it('sentences that differ in their figures alone are told once, with their places', () => {
  const told = [
    { place: '1×1', text: 'The slowest runs took 9.1 times the median.' },
    { place: '1×2', text: 'The runs were 28 % slower.' },
    { place: '4×2', text: 'The slowest runs took 10.4 times the median.' },
    { place: '4×8', text: 'The slowest runs took 5.5 times the median.' },
  ];
  expect(mergeWarnings('load', told)).toEqual([
    'load 1×1, 4×2, 4×8: The slowest runs took 5.5 to 10.4 times the median.',
    'load 1×2: The runs were 28 % slower.',
  ]);
  expect(mergeWarnings('load', [])).toEqual([]);
});
